using Trader.Cli.Panic;
using Trader.Messages;
using Xunit;

namespace Trader.Cli.Tests;

public sealed class PanicTests
{
    private static readonly PanicOutcome Outcome = new(new PanicTrigger(EventId.FromGuid(Guid.Empty), "R", PanicIssuer.Ops, 1));

    [Theory]
    [InlineData("exchange behaves strangely", "EXCHANGE_BEHAVES_STRANGELY")]
    [InlineData("  two   blanks\tand a tab ", "TWO_BLANKS_AND_A_TAB")]
    public void A_reason_becomes_a_code(string text, string code)
    {
        Assert.True(PanicReason.TryCode(text, out var read, out _));
        Assert.Equal(code, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData("a\u0007b")]
    public void A_reason_that_says_nothing_is_refused(string? text)
    {
        Assert.False(PanicReason.TryCode(text, out _, out var why));
        Assert.StartsWith("--reason", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_has_a_limit()
    {
        Assert.True(PanicReason.TryCode(new string('a', PanicTrigger.MaxReasonLength), out _, out _));
        Assert.False(PanicReason.TryCode(new string('a', PanicTrigger.MaxReasonLength + 1), out _, out _));
    }

    [Fact]
    public void S3_only_a_proof_is_flat()
    {
        var flat = Outcome with { Completion = Facts.Completion(2, 2) };

        Assert.False(Outcome.Flat);
        Assert.False((Outcome with { Refused = "STALE" }).Flat);
        Assert.False((Outcome with { Completion = Facts.Completion(2, 1, "BTCUSDT") }).Flat);
        Assert.False((Outcome with { Completion = Facts.Completion(1, 0, PanicCompletion.Unreadable) }).Flat);
        Assert.False((flat with { OpenAfter = 1 }).Flat);
        Assert.True(flat.Flat);
        Assert.True((flat with { OpenAfter = 0 }).Flat);
    }

    [Fact]
    public void Every_outcome_says_what_a_person_must_do()
    {
        Assert.Contains("LOOK AT THE EXCHANGE", Outcome.Line, StringComparison.Ordinal);
        Assert.Contains("STALE", (Outcome with { Refused = "STALE" }).Line, StringComparison.Ordinal);
        Assert.Contains("BTCUSDT", (Outcome with { Completion = Facts.Completion(2, 1, "BTCUSDT") }).Line, StringComparison.Ordinal);
        Assert.Contains("BY HAND", (Outcome with { Completion = Facts.Completion(2, 2), OpenAfter = 1 }).Line, StringComparison.Ordinal);
        Assert.StartsWith("FLAT", (Outcome with { Completion = Facts.Completion(2, 2) }).Line, StringComparison.Ordinal);
    }
}
