using Akka.Actor;
using Xunit;

namespace Akka.Tests.Persisting;

public sealed class RecoveryTests : PersistingTest
{
    [Fact]
    public void A_new_incarnation_replays_what_was_stored_before_it_handles_commands()
    {
        var first = Begin(new PersistingScript());
        first.Tell("a");
        first.Tell("b");
        Run();
        Assert.Equal(["replayed", "recovered", "s:a", "s:b"], Log);
        Log.Clear();

        var second = Begin(new PersistingScript());
        second.Tell("c");
        Run();
        Assert.Equal(["r:a", "r:b", "replayed", "recovered", "s:c"], Log);
    }
}
