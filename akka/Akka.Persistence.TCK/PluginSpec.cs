using Akka.Actor;
using Akka.Actor.Setup;
using Xunit.Abstractions;

namespace Akka.Persistence.TCK;

/// <summary>
/// Base of the suites that every plugin must pass. Their systems need <c>akka.persistence.publish-plugin-commands = on</c> and
/// the plugin under test as the default one.
/// </summary>
public abstract class PluginSpec : Akka.TestKit.Xunit2.TestKit
{
    private static int _ids;

    /// <summary>The incarnation that the suite writes as.</summary>
    protected int ActorInstanceId = 1;

    /// <summary>Starts a system.</summary>
    protected PluginSpec(ActorSystemSetup setup, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(setup, actorSystemName, output)
    {
        Extension = Persistence.Instance.Apply(Sys);
        Pid = "p-" + Interlocked.Increment(ref _ids);
        WriterGuid = Guid.NewGuid().ToString();
    }

    /// <summary>The extension of the suite's system.</summary>
    public PersistenceExtension Extension { get; }

    /// <summary>A persistence id of this test alone.</summary>
    public string Pid { get; }

    /// <summary>The writer of the test's events.</summary>
    public string WriterGuid { get; }

    /// <summary>Tells a subscriber about a type of published message.</summary>
    public void Subscribe<T>(IActorRef subscriber) => Sys.EventStream.Subscribe(subscriber, typeof(T));
}
