using Trader.Exchange.Binance;
using Trader.PaperExchange;
using static Trader.Messages.ExchangeProtocol;

namespace Trader.Exchange.Tests;

/// <summary>The account's money: read exactly, or not at all.</summary>
public sealed class AccountTotalsTests
{
    private const string Account =
        """{"feeTier":0,"totalWalletBalance":"23.72469206","totalUnrealizedProfit":"-1.50000001","assets":[{"asset":"USDT","walletBalance":"9"}],"positions":[]}""";

    [Fact]
    public async Task S13_both_totals_are_read_exactly()
    {
        var handler = new CannedHandler(_ => CannedHandler.Answer(200, Account));
        using var client = Venue.Client(handler);
        Assert.Equal(new AccountTotals(23.72469206m, -1.50000001m), (await client.GetAccountTotalsAsync()).Value());
        Assert.Equal("/fapi/v3/account", Assert.Single(handler.Sent).Path);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"totalWalletBalance":"1"}""")]
    [InlineData("""{"totalWalletBalance":"x","totalUnrealizedProfit":"1"}""")]
    [InlineData("""{"totalWalletBalance":"1","totalUnrealizedProfit":"1","a":[""")]
    public async Task S3_half_an_answer_is_none(string body)
    {
        using var client = Venue.Client(_ => CannedHandler.Answer(200, body));
        Assert.Equal(Trader.Messages.FaultKind.Unreadable, (await client.GetAccountTotalsAsync()).Fault().Kind);
    }

    [Fact]
    public async Task An_exchange_without_v3_is_asked_in_v2_from_then_on()
    {
        var handler = new CannedHandler(r => r.Path == "/fapi/v2/account"
            ? CannedHandler.Answer(200, Account)
            : CannedHandler.Answer(404, """{"code":-5000,"msg":"Path /fapi/v3/account, Method GET is invalid"}"""));
        using var client = Venue.Client(handler);
        Assert.Equal(23.72469206m, (await client.GetAccountTotalsAsync()).Value().WalletBalance);
        Assert.Equal(23.72469206m, (await client.GetAccountTotalsAsync()).Value().WalletBalance);
        Assert.Equal(["/fapi/v3/account", "/fapi/v2/account", "/fapi/v2/account"], handler.Sent.Select(s => s.Path));
    }

    [Fact]
    public async Task The_paper_exchange_says_what_its_account_holds()
    {
        await using var paper = await PaperExchangeServer.StartAsync(new PaperOptions { Symbols = 10, Positions = 3 });
        await using var fixture = new GatewayFixture(new BinanceClient(
            Venue.Options(paper.BaseAddress.ToString().TrimEnd('/')), new BinanceCredentials(paper.Key, paper.Secret), TimeProvider.System));
        var read = await fixture.AskAsync<AccountFiguresRead>(new GetAccountFigures(7));
        Assert.Equal((7, paper.Engine.Account().WalletBalance), (read.ReadId, read.WalletBalance));
    }
}
