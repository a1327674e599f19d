using Trader.Exchange.Binance;
using Trader.Messages;
using static Trader.Messages.ExchangeProtocol;

namespace Trader.Exchange.Tests;

public sealed class ExchangeGatewayTests
{
    private const string Info = """
        {"symbols":[{"symbol":"BTCUSDT","filters":[{"filterType":"LOT_SIZE","minQty":"1","maxQty":"2","stepSize":"1"}]}]}
        """;

    [Fact]
    public async Task Every_order_gets_one_answer()
    {
        await using var fixture = new GatewayFixture(Venue.Client(r => r.Method == "POST" ? Venue.FillAll(r) : Quiet(r)));
        var orders = Venue.Closes(44);
        fixture.Tell(new SendCloses(orders));
        var answers = await fixture.ManyAsync<CloseAnswered>(44);
        Assert.Equal(orders.Select(o => o.Id).ToHashSet(), answers.Select(a => a.Id).ToHashSet());
        Assert.All(answers, a => Assert.Equal(CloseState.Filled, a.State));
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_an_order_whose_call_blows_up_is_answered_unknown()
    {
        await using var fixture = new GatewayFixture(Venue.Client(
            r => r.Method == "POST" ? throw new InvalidOperationException("not a network failure") : Quiet(r)));
        fixture.Tell(new SendCloses(Venue.Closes(7)));
        Assert.All(await fixture.ManyAsync<CloseAnswered>(7), a => Assert.Equal(CloseState.Unknown, a.State));
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_an_order_whose_call_never_ends_is_answered_unknown()
    {
        using var handler = new EndlessHandler();
        var options = Venue.Options() with { OrderDeadline = TimeSpan.FromMilliseconds(50) };
        await using var fixture = new GatewayFixture(
            new BinanceClient(options, Venue.Credentials, TimeProvider.System, handler));
        fixture.Tell(new SendCloses(Venue.Closes(6)));
        Assert.All(await fixture.ManyAsync<CloseAnswered>(6), a => Assert.Equal(CloseState.Unknown, a.State));
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_a_gateway_that_stops_answers_for_what_is_on_its_way()
    {
        using var handler = new EndlessHandler();
        await using var fixture = new GatewayFixture(
            new BinanceClient(Venue.Options(), Venue.Credentials, TimeProvider.System, handler));
        fixture.Tell(new SendCloses(Venue.Closes(6)));
        await handler.Asked("/fapi/v1/batchOrders", 1);
        fixture.Stop();
        Assert.All(await fixture.ManyAsync<CloseAnswered>(6), a => Assert.Equal(CloseState.Unknown, a.State));
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_the_same_order_is_not_sent_twice()
    {
        var handler = new CannedHandler(r => r.Method == "POST" ? Venue.FillAll(r) : Quiet(r));
        await using var fixture = new GatewayFixture(Venue.Client(handler));
        var order = Venue.Close();
        Assert.Equal(CloseState.Filled, (await fixture.AskAsync<CloseAnswered>(new SendCloses([order]))).State);
        Assert.Equal(CloseState.Unknown, (await fixture.AskAsync<CloseAnswered>(new SendCloses([order]))).State);
        Assert.Single(handler.Sent, s => s.Method == "POST");
    }

    [Fact]
    public async Task A_refused_timestamp_on_an_order_measures_the_clock_for_the_next_ones()
    {
        var handler = new CannedHandler(r => r.Method == "POST"
            ? CannedHandler.Answer(400, """{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}""")
            : Quiet(r));
        await using var fixture = new GatewayFixture(Venue.Client(handler));
        await fixture.AskAsync<MarketLotsRead>(new GetMarketLots(1));
        var measured = handler.Sent.Count(s => s.Path == "/fapi/v1/time");
        var answer = await fixture.AskAsync<CloseAnswered>(new SendCloses([Venue.Close()]));
        Assert.Equal((CloseState.Refused, FaultKind.Clock), (answer.State, answer.Fault?.Kind));
        await fixture.UntilAsync<MarketLotsRead>(
            () => new GetMarketLots(1), _ => handler.Sent.Count(s => s.Path == "/fapi/v1/time") > measured);
        Assert.Single(handler.Sent, s => s.Method == "POST");
    }

    [Fact]
    public async Task Lots_are_read_once_and_kept_when_a_refresh_fails()
    {
        var asked = 0;
        await using var fixture = new GatewayFixture(
            Venue.Client(r => r.Path != "/fapi/v1/exchangeInfo" ? Quiet(r)
                : Interlocked.Increment(ref asked) == 1 ? CannedHandler.Answer(200, Info)
                : CannedHandler.Answer(502, "<html>")),
            Venue.Gateway() with { LotsInterval = TimeSpan.FromMilliseconds(20) });
        var lots = await fixture.UntilAsync<MarketLotsRead>(() => new GetMarketLots(7), _ => Volatile.Read(ref asked) > 1);
        Assert.Equal(7, lots.ReadId);
        Assert.Equal(new MarketLot(1, 2, 1), lots.Lots[Symbol.Parse("BTCUSDT")]);
    }

    [Fact]
    public async Task Lots_never_read_are_a_fault()
    {
        await using var fixture = new GatewayFixture(Venue.Client(_ => CannedHandler.Answer(502, "<html>")));
        Assert.Equal(FaultKind.UnknownOutcome, (await fixture.AskAsync<MarketLotsNotRead>(new GetMarketLots(3))).Fault.Kind);
    }

    [Fact]
    [Trait("rule", "S3")]
    public async Task S3_every_read_that_fails_says_so()
    {
        await using var fixture = new GatewayFixture(Venue.Client(_ => throw new InvalidOperationException("not a network failure")));
        Assert.Equal(1, (await fixture.AskAsync<PositionsNotRead>(new GetPositions(1))).ReadId);
        Assert.Equal(2, (await fixture.AskAsync<RestingOrdersNotRead>(new GetRestingOrders(2))).ReadId);
        Assert.Equal(3, (await fixture.AskAsync<AccountNotChecked>(new CheckAccount(3))).ReadId);
        Assert.Equal(4, (await fixture.AskAsync<MarketLotsNotRead>(new GetMarketLots(4))).ReadId);
        var order = Venue.Close();
        Assert.Equal(order.Symbol, (await fixture.AskAsync<RestingOrdersNotCancelled>(new CancelRestingOrders(order.Symbol))).Symbol);
        Assert.Equal(6, (await fixture.AskAsync<OrderLookupFailed>(new FindOrder(order.Symbol, order.Id, 6))).Attempt);
    }

    [Fact]
    public async Task Connections_are_opened_side_by_side_at_start()
    {
        using var handler = new EndlessHandler();
        await using var fixture = new GatewayFixture(
            new BinanceClient(Venue.Options(), Venue.Credentials, TimeProvider.System, handler),
            Venue.Gateway() with { WarmConnections = 9 });
        // None of them is ever answered, so nine can only be there if they were sent without waiting for each other.
        await handler.Asked("/fapi/v1/ping", 9);
        await handler.Asked("/fapi/v1/time", 1);
        await handler.Asked("/fapi/v1/exchangeInfo", 1);
        Assert.NotNull(fixture.Gateway);
    }

    private static HttpResponseMessage Quiet(SentRequest request) => CannedHandler.Answer(200, request.Path switch
    {
        "/fapi/v1/exchangeInfo" => Info,
        "/fapi/v1/time" => $$"""{"serverTime":{{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}}}""",
        _ => "{}",
    });

    /// <summary>Never answers and does not even give up when told to.</summary>
    private sealed class EndlessHandler : HttpMessageHandler
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _paths = new();
        private readonly TaskCompletionSource<HttpResponseMessage> _never = new();

        public async Task Asked(string path, int times)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (_paths.Count(p => p == path) < times)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), deadline.Token);
            }
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _paths.Enqueue(request.RequestUri!.AbsolutePath);
            return _never.Task;
        }
    }
}
