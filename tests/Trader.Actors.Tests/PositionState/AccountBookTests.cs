using Trader.Actors.PositionState;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;
using static Trader.Actors.Tests.PositionState.Account;

namespace Trader.Actors.Tests.PositionState;

public sealed class AccountBookTests
{
    private readonly AccountBook book = new();

    [Fact]
    [Trait("rule", "S3")]
    public void Nothing_read_is_nothing_known_and_not_flat()
    {
        Assert.Null(book.View(Btc, Seconds(1)));
        book.Take(Read(), Seconds(1), NowMs);
        Assert.Equal(0m, book.View(Btc, Seconds(2))!.Amount);
    }

    [Fact]
    public void The_age_counts_from_the_question_and_an_older_answer_is_passed_over()
    {
        book.Take(Read(Pos("BTCUSDT", 1m)), Seconds(5), NowMs);

        Assert.False(book.Take(Read(Pos("BTCUSDT", 9m)), Seconds(4), NowMs));
        Assert.Equal((1m, Seconds(3)), (book.View(Btc, Seconds(8))!.Amount, book.View(Btc, Seconds(8))!.Age));
    }

    [Fact]
    [Trait("rule", "S3")]
    public void A_row_without_a_name_is_doubt_about_every_symbol_that_is_not_shown()
    {
        book.Take(Read(Pos("BTCUSDT", 1m)) with { Unreadable = [new("?", "no readable symbol"), new("XUSDT", "bad")] }, Seconds(1), NowMs);

        Assert.Equal("", book.View(Btc, Seconds(1))!.Unreadable);
        Assert.Equal("no readable symbol", book.View(Symbol.Parse("ETHUSDT"), Seconds(1))!.Unreadable);
        Assert.Equal("bad", book.View(Symbol.Parse("XUSDT"), Seconds(1))!.Unreadable);
    }

    [Fact]
    public void Two_legs_are_told_from_one()
    {
        book.Take(Read(Pos("BTCUSDT", 1m, side: PositionSide.Long), Pos("BTCUSDT", -1m, side: PositionSide.Short)), Seconds(1), NowMs);

        Assert.Equal((2, 0m), (book.View(Btc, Seconds(1))!.Legs, book.View(Btc, Seconds(1))!.Amount));
    }

    [Fact]
    public void A_closed_position_is_remembered_for_a_while()
    {
        book.Take(Read(Pos("BTCUSDT", 1m)), Seconds(1), NowMs);
        book.Take(Read(), Seconds(2), NowMs);

        Assert.Equal([Btc], book.RecentlyOpen(Seconds(10), Seconds(60)));
        Assert.Empty(book.RecentlyOpen(Seconds(62), Seconds(60)));
    }
}
