using System.Net.Http.Json;
using Trader.Exchange.Binance;
using Trader.Messages;
using Trader.PaperExchange;
using static Trader.Messages.ExchangeProtocol;

namespace Trader.Exchange.Tests;

/// <summary>The gateway against the paper exchange over real HTTP: production wiring but for the address.</summary>
public sealed class PaperExchangeTests : IAsyncLifetime
{
    private PaperExchangeServer _paper = null!;
    private GatewayFixture _fixture = null!;

    public Task InitializeAsync() => StartAsync(new PaperOptions { Symbols = 60, Positions = 23 });

    public async Task DisposeAsync()
    {
        await _fixture.DisposeAsync();
        await _paper.DisposeAsync();
    }

    [Fact]
    [Trait("rule", "S3")]
    public async Task S3_all_positions_are_closed_and_the_exchange_says_so()
    {
        var closes = await CutAllAsync();
        Assert.Equal(23, closes.Select(c => c.Key).Distinct().Count());
        _fixture.Tell(new SendCloses(closes));
        Assert.All(await _fixture.ManyAsync<CloseAnswered>(closes.Count), a => Assert.Equal((CloseState.Filled, null), (a.State, a.Fault)));
        var after = await _fixture.AskAsync<PositionsRead>(new GetPositions(2));
        Assert.Empty(after.Positions);
        Assert.Empty(after.Unreadable);
        Assert.Empty(_paper.Engine.Positions(openOnly: true));
    }

    [Fact]
    [Trait("rule", "S5")]
    public async Task S5_hedge_positions_are_closed_leg_by_leg()
    {
        await RestartAsync(new PaperOptions
        {
            Symbols = 20,
            Positions = 12,
            Engine = new Trader.PaperExchange.Engine.EngineSettings { Hedge = true },
        });
        Assert.True((await _fixture.AskAsync<AccountChecked>(new CheckAccount(1))).HedgeMode);
        var closes = await CutAllAsync();
        Assert.All(closes, c => Assert.NotEqual(PositionSide.Both, c.Key.Side));
        _fixture.Tell(new SendCloses(closes));
        Assert.All(await _fixture.ManyAsync<CloseAnswered>(closes.Count), a => Assert.Equal((CloseState.Filled, null), (a.State, a.Fault)));
        Assert.Empty(_paper.Engine.Positions(openOnly: true));
    }

    [Fact]
    public async Task A_position_larger_than_one_market_order_is_cut()
    {
        await RestartAsync(new PaperOptions { Symbols = 20, Positions = 3, OversizedPositions = 1 });
        var closes = await CutAllAsync();
        Assert.True(closes.Count > 3);
        _fixture.Tell(new SendCloses(closes));
        Assert.All(await _fixture.ManyAsync<CloseAnswered>(closes.Count), a => Assert.Equal(CloseState.Filled, a.State));
        Assert.Empty(_paper.Engine.Positions(openOnly: true));
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData("-1007-executed")]
    [InlineData("503-unknown-executed")]
    [InlineData("reset-executed")]
    [InlineData("bad-json")]
    public async Task S8_an_order_of_unknown_outcome_is_found_by_its_id(string fault)
    {
        var close = (await CutAllAsync())[0];
        _paper.Faults.Add($"order:*:{fault}:count=1");
        var answer = await _fixture.AskAsync<CloseAnswered>(new SendCloses([close]));
        Assert.Equal((CloseState.Unknown, FaultKind.UnknownOutcome), (answer.State, answer.Fault?.Kind));
        var found = await _fixture.AskAsync<OrderFound>(new FindOrder(close.Symbol, close.Id, 1));
        Assert.Equal((CloseState.Filled, close.Quantity), (found.State, found.Executed));
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData("-1007")]
    [InlineData("503-unknown")]
    [InlineData("reset")]
    [InlineData("html-502")]
    public async Task S8_an_order_of_unknown_outcome_that_was_not_executed_is_not_found(string fault)
    {
        var close = (await CutAllAsync())[0];
        _paper.Faults.Add($"order:*:{fault}:count=1");
        Assert.Equal(CloseState.Unknown, (await _fixture.AskAsync<CloseAnswered>(new SendCloses([close]))).State);
        Assert.Equal(2, (await _fixture.AskAsync<OrderNotFound>(new FindOrder(close.Symbol, close.Id, 2))).Attempt);
        Assert.Equal(23, _paper.Engine.Positions(openOnly: true).Count);
    }

    [Theory]
    [InlineData("-2022", FaultKind.Refused)]
    [InlineData("-4118", FaultKind.Refused)]
    [InlineData("503-overload-all", FaultKind.Overloaded)]
    [InlineData("503-unavailable", FaultKind.Overloaded)]
    [InlineData("503-internal", FaultKind.Overloaded)]
    [InlineData("429-orders", FaultKind.RateLimited)]
    [InlineData("html-403", FaultKind.RateLimited)]
    public async Task Refusals_come_back_as_what_they_are(string fault, FaultKind kind)
    {
        var close = (await CutAllAsync())[0];
        _paper.Faults.Add($"order:*:{fault}:count=1");
        var answer = await _fixture.AskAsync<CloseAnswered>(new SendCloses([close]));
        Assert.Equal((CloseState.Refused, kind), (answer.State, answer.Fault?.Kind));
    }

    [Fact]
    public async Task A_half_filled_order_ends_with_what_it_executed()
    {
        await _fixture.AskAsync<MarketLotsRead>(new GetMarketLots(1));
        var close = (await CutAllAsync()).MaxBy(c => c.Quantity)!;
        _paper.Faults.Add("order:*:half-expired:count=1");
        var answer = await _fixture.AskAsync<CloseAnswered>(new SendCloses([close]));
        Assert.Equal(CloseState.Ended, answer.State);
        Assert.InRange(answer.Executed, 0.0000001m, close.Quantity - 0.0000001m);
    }

    [Fact]
    [Trait("rule", "S7")]
    public async Task S7_one_bad_row_among_the_positions_costs_itself_only()
    {
        _paper.Faults.Add("positionRisk:*:bad-amount:count=1");
        var read = await _fixture.AskAsync<PositionsRead>(new GetPositions(1));
        Assert.Single(read.Unreadable);
        Assert.Equal(22, read.Positions.Count);
        _paper.Faults.Add("positionRisk:*:bad-row:count=1");
        Assert.Equal(23, (await _fixture.AskAsync<PositionsRead>(new GetPositions(2))).Positions.Count);
    }

    [Fact]
    public async Task A_clock_20_seconds_off_is_measured_and_the_read_succeeds()
    {
        await _fixture.AskAsync<MarketLotsRead>(new GetMarketLots(1));
        _paper.Clock.Set(-20_000, 0);
        Assert.Equal(23, (await _fixture.AskAsync<PositionsRead>(new GetPositions(1))).Positions.Count);
        _paper.Clock.Set(20_000, 0);
        Assert.Equal(23, (await _fixture.AskAsync<PositionsRead>(new GetPositions(2))).Positions.Count);
    }

    [Fact]
    public async Task The_account_check_names_venue_environment_and_mode()
    {
        var account = await _fixture.AskAsync<AccountChecked>(new CheckAccount(5));
        Assert.Equal(
            new AccountChecked(5, $"binance-usdm@127.0.0.1:{_paper.BaseAddress.Port}", VenueEnvironment.Paper, false), account);
        await RestartAsync(new PaperOptions { Symbols = 5, Secret = "another" });
        Assert.Equal(
            FaultKind.Credentials, (await _fixture.AskAsync<AccountNotChecked>(new CheckAccount(6))).Fault.Kind);
    }

    [Fact]
    public async Task Resting_orders_are_seen_and_cancelled()
    {
        Assert.Empty((await _fixture.AskAsync<RestingOrdersRead>(new GetRestingOrders(1))).Symbols);
        var row = _paper.Engine.Positions(openOnly: true)[0];
        using var http = new HttpClient { BaseAddress = _paper.BaseAddress };
        var lot = (await _fixture.AskAsync<MarketLotsRead>(new GetMarketLots(1))).Lots[Symbol.Parse(row.Spec.Name)];
        var buy = row.State.Amount < 0;
        // A take-profit far from the market, of the whole position: it rests, and it is in a close's way.
        var spec = row.Spec;
        var price = Math.Round(row.MarkPrice * (buy ? 0.995m : 1.005m) / spec.TickSize) * spec.TickSize;
        var placed = await http.PostAsJsonAsync("/paper/orders", new Dictionary<string, string>
        {
            ["symbol"] = spec.Name,
            ["side"] = buy ? "BUY" : "SELL",
            ["type"] = "LIMIT",
            ["timeInForce"] = "GTC",
            ["quantity"] = $"{Math.Min(Math.Abs(row.State.Amount), lot.MaxQuantity)}",
            ["price"] = $"{price}",
            ["reduceOnly"] = "true",
        });
        Assert.True(placed.IsSuccessStatusCode, await placed.Content.ReadAsStringAsync());
        Assert.Equal(
            [Symbol.Parse(spec.Name)], (await _fixture.AskAsync<RestingOrdersRead>(new GetRestingOrders(2))).Symbols);
        await _fixture.AskAsync<RestingOrdersCancelled>(new CancelRestingOrders(Symbol.Parse(spec.Name)));
        Assert.Empty((await _fixture.AskAsync<RestingOrdersRead>(new GetRestingOrders(3))).Symbols);
    }

    private async Task StartAsync(PaperOptions options)
    {
        _paper = await PaperExchangeServer.StartAsync(options);
        var client = new BinanceClient(
            Venue.Options(_paper.BaseAddress.AbsoluteUri), new BinanceCredentials("paper", "paper"), TimeProvider.System);
        _fixture = new GatewayFixture(client);
    }

    private async Task RestartAsync(PaperOptions options)
    {
        await DisposeAsync();
        await StartAsync(options);
    }

    private async Task<IReadOnlyList<CloseOrder>> CutAllAsync()
    {
        var positions = await _fixture.AskAsync<PositionsRead>(new GetPositions(1));
        var lots = await _fixture.AskAsync<MarketLotsRead>(new GetMarketLots(1));
        Assert.Empty(positions.Unreadable);
        return [.. positions.Positions.SelectMany(p => CloseOrder.Cut(p, lots.Lots[p.Symbol], Venue.Event, 0))];
    }
}
