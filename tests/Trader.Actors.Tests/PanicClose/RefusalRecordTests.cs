using Trader.Actors.PanicClose;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.PanicClose;

/// <summary>What a refused entry leaves in the journal (E44).</summary>
public sealed class RefusalRecordTests
{
    [Fact]
    [Trait("rule", "S9")]
    public void S9_A_refusal_quotes_256_characters_of_what_came_and_no_more_than_16_fields()
    {
        var fields = Enumerable.Range(0, 20).Select(i => new KeyValuePair<string, string>($"f{i}", new string('x', 300))).ToList();

        var (_, record) = PanicRecords.Refused(Event("e1"), "Malformed", new PanicEntry("1-1", fields, Redelivered: false));

        var quoted = record.Where(f => f.Key.StartsWith("got.", StringComparison.Ordinal)).ToList();
        Assert.Equal(16, quoted.Count);
        Assert.All(quoted, f => Assert.Equal(256, f.Value.Length));
    }
}
