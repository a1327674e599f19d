using Trader.Actors.PanicClose;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.PanicClose;

/// <summary>Which read of positions may be believed when it shows none (S3, S4, X22).</summary>
public sealed class FlatProofTests
{
    private static readonly IReadOnlySet<Symbol> None = new HashSet<Symbol>();
    private static readonly IReadOnlySet<Symbol> A = new HashSet<Symbol> { Symbol.Parse("AUSDT") };

    private readonly FlatProof proof = new();

    /// <summary>Seconds of the run; a close that filled unseen is null. The exchange lags by at most one second.</summary>
    [Theory]
    [InlineData(0.1, true, 0.5, 2.0, null, true)]     // late enough for any lag
    [InlineData(0.1, true, 0.5, 1.0, null, false)]    // asked after the books, but what it shows may be from before the halt
    [InlineData(0.1, true, 0.5, 0.6, 0.2, true)]      // shows a fill that came after the halt
    [InlineData(0.1, true, 0.5, 0.4, 0.2, false)]     // asked before the books were answered
    [InlineData(0.3, true, 0.5, 0.6, 0.2, false)]     // the fill it shows is older than the halt
    [InlineData(0.1, false, 0.5, 0.6, 0.2, false)]    // what rested before may have filled after that close
    [InlineData(0.1, false, 0.5, 1.5, null, true)]    // as old as the books at most
    [InlineData(null, true, 0.5, 3.9, null, false)]   // the halt was never confirmed: what the brain last said may still let entries in
    [InlineData(null, true, 0.5, 4.0, null, true)]
    [InlineData(null, true, 0.5, 3.9, 2.9, false)]
    [InlineData(null, true, 0.5, 3.9, 3.0, true)]
    [Trait("rule", "S3")]
    public void S3_Flat_counts_when_nothing_can_have_opened_behind_the_read(
        double? barred, bool clearBefore, double settled, double asked, double? filledSent, bool counts)
    {
        if (barred is { } at)
        {
            proof.Barred(Seconds(at));
        }

        proof.Glimpsed(clearBefore);
        proof.Ask(Seconds(0.2));
        proof.Read(None, Seconds(settled));

        Assert.Equal(counts, proof.Weigh(ReadVerdict.Flat, Seconds(asked), filledSent is { } sent ? Seconds(sent) : null));
        Assert.Equal(counts ? [] : [PanicCompletion.RestingUnknown], proof.Doubts);
    }

    [Theory]
    [InlineData(ReadVerdict.Failed)]
    [InlineData(ReadVerdict.Unsettled)]
    [InlineData(ReadVerdict.NewPositions)]
    [Trait("rule", "S3")]
    public void S3_What_shows_a_position_is_never_flat_and_needs_no_proof(ReadVerdict verdict)
    {
        Settle();

        Assert.False(proof.Weigh(verdict, Seconds(0.6), null));
        Assert.Empty(proof.Doubts);
    }

    [Theory]
    [InlineData(RestingBooks.Unknown)]
    [InlineData(RestingBooks.Asked)]
    [InlineData(RestingBooks.Unread)]
    [InlineData(RestingBooks.Cancelling)]
    [Trait("rule", "S3")]
    public void S3_Without_settled_books_nothing_is_flat(RestingBooks state)
    {
        proof.Barred(Seconds(0.1));
        if (state != RestingBooks.Unknown)
        {
            proof.Ask(Seconds(0.2));
        }

        if (state == RestingBooks.Unread)
        {
            proof.Unread();
        }
        else if (state == RestingBooks.Cancelling)
        {
            proof.Read(A, Seconds(0.3));
        }

        Assert.Equal(state, proof.Books);
        Assert.False(proof.Weigh(ReadVerdict.Flat, Seconds(60), Seconds(59)));
        Assert.NotEmpty(proof.Doubts);
    }

    [Theory]
    [InlineData(RestingBooks.Unknown, 0.0, true)]
    [InlineData(RestingBooks.Asked, 9.0, false)]
    [InlineData(RestingBooks.Unread, 0.9, false)]
    [InlineData(RestingBooks.Unread, 1.0, true)]
    [InlineData(RestingBooks.Cancelling, 9.0, false)]
    [InlineData(RestingBooks.Settled, 9.0, false)]
    public void The_books_are_asked_for_once_and_again_only_when_they_could_not_be_read(
        RestingBooks state, double secondsLater, bool ask)
    {
        if (state != RestingBooks.Unknown)
        {
            proof.Ask(TimeSpan.Zero);
        }

        switch (state)
        {
            case RestingBooks.Unread:
                proof.Unread();
                break;
            case RestingBooks.Cancelling:
                proof.Read(A, TimeSpan.Zero);
                break;
            case RestingBooks.Settled:
                proof.Read(None, TimeSpan.Zero);
                break;
            case RestingBooks.Unknown or RestingBooks.Asked:
                break;
        }

        Assert.Equal(ask, proof.ShouldAsk(Seconds(secondsLater)));
    }

    [Fact]
    public void Only_the_newest_question_is_news()
    {
        var before = proof.Ask(TimeSpan.Zero);
        proof.Overtaken();
        Assert.False(proof.IsNews(before));

        var now = proof.Ask(TimeSpan.Zero);

        Assert.False(proof.IsNews(before));
        Assert.True(proof.IsNews(now));
    }

    [Fact]
    [Trait("rule", "S7")]
    public void S7_An_order_is_cancelled_once_and_named_when_it_outlives_that()
    {
        proof.Ask(TimeSpan.Zero);
        var first = proof.Read(A, Seconds(0.3));
        Assert.Equal(A, first.Cancel.ToHashSet());
        Assert.Empty(first.Stubborn);

        proof.Overtaken();
        proof.Ask(Seconds(0.4));
        var second = proof.Read(A, Seconds(0.5));

        Assert.Empty(second.Cancel);
        Assert.Equal(A, second.Stubborn.ToHashSet());
        Assert.Equal(RestingBooks.Settled, proof.Books);
        Assert.Equal(["AUSDT:RESTING"], proof.Doubts);
    }

    private void Settle()
    {
        proof.Barred(Seconds(0.1));
        proof.Glimpsed(clear: true);
        proof.Ask(Seconds(0.2));
        proof.Read(None, Seconds(0.5));
    }
}
