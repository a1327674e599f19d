using Trader.Exchange.Binance;
using Trader.Messages;
using Trader.PaperExchange;
using static Trader.Messages.ExchangeProtocol;

namespace Trader.Exchange.Tests;

public sealed class ApprovedGatewayTests
{
    [Fact]
    [Trait("rule", "S5")]
    public async Task S5_a_reduction_says_so_and_an_open_does_not()
    {
        var handler = new CannedHandler(Venue.FillAll);
        using var client = Venue.Client(handler);

        var reduced = (await client.SendApprovedAsync(Approved.Reduce(0.5m, "a"))).Answer;
        await client.SendApprovedAsync(Approved.Open(0.25m, "b", "SELL"));
        await client.SendApprovedAsync(Approved.Open(0.25m, "c", "BUY", hedge: true));
        await client.SendApprovedAsync(Approved.Reduce(-0.5m, "d", PositionSide.Short));

        Assert.Equal((CloseState.Filled, "4052525244", 0.5m), (reduced.State, reduced.OrderId, reduced.Executed));
        Assert.Equal(
            [
                "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.5&reduceOnly=true&newClientOrderId=",
                "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.25&newClientOrderId=",
                "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.25&positionSide=LONG&newClientOrderId=",
                "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.5&positionSide=SHORT&newClientOrderId=",
            ],
            handler.Sent.Select(s => s.Signed[..(s.Signed.IndexOf("ClientOrderId=", StringComparison.Ordinal) + "ClientOrderId=".Length)]));
        Assert.Equal(ClientOrderId.ForPlan(PlanId.Parse("a")).Value, handler.Sent.First().Parameters["newClientOrderId"]);
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData(408, """{"code":-1007,"msg":"Timeout"}""", CloseState.Unknown)]
    [InlineData(502, "<html></html>", CloseState.Unknown)]
    [InlineData(200, "{}", CloseState.Unknown)]
    [InlineData(400, """{"code":-2019,"msg":"Margin is insufficient."}""", CloseState.Refused)]
    [InlineData(400, """{"code":-2022,"msg":"ReduceOnly Order is rejected."}""", CloseState.Refused)]
    [InlineData(400, """{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}""", CloseState.Refused)]
    public async Task S8_an_answer_decides_or_is_unknown_and_nothing_is_sent_again(int status, string body, CloseState expected)
    {
        var handler = CannedHandler.Always(status, body);
        using var client = Venue.Client(handler);

        var answer = (await client.SendApprovedAsync(Approved.Reduce(1m))).Answer;

        Assert.Equal(expected, answer.State);
        Assert.NotNull(answer.Fault);
        Assert.Single(handler.Sent);
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_one_plan_is_one_order_whoever_asks_again()
    {
        var handler = new CannedHandler(r => r.Method == "POST" ? Venue.FillAll(r) : CannedHandler.Answer(500, "{}"));
        await using var fixture = new GatewayFixture(Venue.Client(handler));

        Assert.Equal(CloseState.Filled, (await fixture.AskAsync<ApprovedAnswered>(new SendApproved(Approved.Reduce(1m, "p"), long.MaxValue))).State);
        var again = await fixture.AskAsync<ApprovedAnswered>(new SendApproved(Approved.Reduce(1m, "p"), long.MaxValue));

        Assert.Equal((CloseState.Unknown, FaultKind.UnknownOutcome), (again.State, again.Fault!.Kind));
        Assert.Single(handler.Sent, s => s.Method == "POST");
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_a_gateway_that_stops_answers_unknown_for_what_is_on_its_way()
    {
        var never = new TaskCompletionSource();
        using var handler = new StuckHandler(never.Task);
        await using var fixture = new GatewayFixture(Venue.Client(handler));
        fixture.Tell(new SendApproved(Approved.Reduce(1m, "p"), long.MaxValue));
        await handler.Ordered.WaitAsync(TimeSpan.FromSeconds(20));
        fixture.Stop();

        var answer = await fixture.NextAsync<ApprovedAnswered>();

        Assert.Equal((ClientOrderId.ForPlan(PlanId.Parse("p")), CloseState.Unknown), (answer.Id, answer.State));
        never.SetResult();
    }

    [Fact]
    [Trait("rule", "S1")]
    public async Task S1_an_order_whose_last_reading_is_too_old_does_not_leave()
    {
        var handler = new CannedHandler(r => r.Method == "POST" ? Venue.FillAll(r) : CannedHandler.Answer(500, "{}"));
        await using var fixture = new GatewayFixture(Venue.Client(handler));

        var answer = await fixture.AskAsync<ApprovedAnswered>(
            new SendApproved(Approved.Reduce(1m, "p"), TimeProvider.System.GetTimestamp() - 1));

        Assert.Equal((CloseState.Refused, FaultKind.TooLate), (answer.State, answer.Fault!.Kind));
        Assert.DoesNotContain(handler.Sent, s => s.Method == "POST");
    }

    [Fact]
    public void Entries_find_a_third_of_the_budget_and_exits_go_on()
    {
        var desk = new ApprovedDesk<string>(new OrderBudget(TimeProvider.System, new OrderLimits(30, 100), reserve: 0));
        var opened = Enumerable.Range(0, 30).Count(i => desk.TryLaunch(Approved.Open(1m, $"o{i}"), "me", late: false, closesWait: false, out _));

        Assert.Equal(10, opened);
        Assert.False(desk.TryLaunch(Approved.Open(1m, "late"), "me", late: false, closesWait: false, out var refusal));
        Assert.Equal((CloseState.Refused, FaultKind.RateLimited), (refusal.State, refusal.Fault!.Kind));
        Assert.True(desk.TryLaunch(Approved.Reduce(1m, "exit"), "me", late: false, closesWait: false, out _));
    }

    [Fact]
    public void While_an_emergency_close_waits_nothing_is_opened()
    {
        var desk = new ApprovedDesk<string>(new OrderBudget(TimeProvider.System, OrderLimits.Documented, reserve: 0));

        Assert.False(desk.TryLaunch(Approved.Open(1m, "o"), "me", late: false, closesWait: true, out var refusal));
        Assert.Contains("emergency closes go first", refusal.Fault!.Message, StringComparison.Ordinal);
        Assert.True(desk.TryLaunch(Approved.Reduce(1m, "x"), "me", late: false, closesWait: true, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Against_the_paper_exchange_an_open_opens_and_a_close_closes_it(bool hedge)
    {
        await using var paper = await PaperExchangeServer.StartAsync(new PaperOptions
        {
            Symbols = 5,
            Engine = new Trader.PaperExchange.Engine.EngineSettings { Hedge = hedge },
        });
        using var client = new BinanceClient(
            Venue.Options(paper.BaseAddress.ToString()), new BinanceCredentials(paper.Key, paper.Secret), TimeProvider.System);
        var info = (await client.GetExchangeInfoAsync()).Value();
        var lot = info.Lots[Symbol.Parse("BTCUSDT")];
        var plan = Approved.Plan("open1", "OPEN", ("side", "SELL"), ("qty", "0.0155"));
        var open = OrderDraft.Open(plan, hedge, [], [], lot, out _)!;

        var opened = (await client.SendApprovedAsync(ApprovedOrder.From(new GatePass(open, bypass: false)))).Answer;
        var held = (await client.GetPositionsAsync()).Value().Open;
        var close = OrderDraft.Close(Approved.Plan("close1"), held, null, lot, out _)!;
        var closed = (await client.SendApprovedAsync(ApprovedOrder.From(new GatePass(close, bypass: false)))).Answer;

        Assert.Equal((CloseState.Filled, 0.015m), (opened.State, opened.Executed));
        Assert.Equal(-0.015m, Assert.Single(held).Amount);
        Assert.Equal((CloseState.Filled, 0.015m), (closed.State, closed.Executed));
        Assert.Empty((await client.GetPositionsAsync()).Value().Open);
        Assert.True(lot.MinNotional > 0);
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_an_order_whose_time_has_passed_never_reaches_the_exchange_and_may_go_later()
    {
        await using var paper = await PaperExchangeServer.StartAsync(new PaperOptions { Symbols = 5 });
        var client = new BinanceClient(
            Venue.Options(paper.BaseAddress.ToString()), new BinanceCredentials(paper.Key, paper.Secret), TimeProvider.System);
        var lot = (await client.GetExchangeInfoAsync()).Value().Lots[Symbol.Parse("BTCUSDT")];
        var draft = OrderDraft.Open(Approved.Plan("p", "OPEN", ("side", "BUY"), ("qty", "0.01")), hedge: false, [], [], lot, out _)!;
        var order = ApprovedOrder.From(new GatePass(draft, bypass: false));
        var before = TimeProvider.System.GetTimestamp() - 1;

        // Where the bytes leave, and where the order is handed in.
        var kept = (await client.SendApprovedAsync(order, before)).Answer;
        await using var fixture = new GatewayFixture(client);
        var refused = await fixture.AskAsync<ApprovedAnswered>(new SendApproved(order, before));

        Assert.All(new[] { kept, refused }, a => Assert.Equal((CloseState.Refused, FaultKind.TooLate), (a.State, a.Fault!.Kind)));
        Assert.Equal(0, paper.Ledger.Totals.OrderRequests);
        var sent = await fixture.AskAsync<ApprovedAnswered>(new SendApproved(order, long.MaxValue));
        Assert.Equal(CloseState.Filled, sent.State);
        Assert.Equal(1, paper.Ledger.Totals.OrderRequests);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_order_id_that_was_kept_back_is_free_again_and_no_other_is()
    {
        var desk = new ApprovedDesk<string>(new OrderBudget(TimeProvider.System, OrderLimits.Documented, reserve: 0));
        var order = Approved.Reduce(1m, "x");
        Assert.True(desk.TryLaunch(order, "me", late: false, closesWait: false, out _));
        Assert.True(desk.TryLand(Sent(FaultKind.TooLate), out _));
        Assert.True(desk.TryLaunch(order, "me", late: false, closesWait: false, out _));
        Assert.True(desk.TryLand(Sent(FaultKind.UnknownOutcome), out _));
        Assert.False(desk.TryLaunch(order, "me", late: false, closesWait: false, out _));

        ApprovedSent Sent(FaultKind kind) => new(BinanceClient.NotAccepted(order, new ExchangeFault(kind, 0, "")), default);
    }

    private sealed class StuckHandler(Task until) : HttpMessageHandler
    {
        private readonly TaskCompletionSource _ordered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ordered => _ordered.Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Post)
            {
                _ordered.TrySetResult();
            }

            await until;
            return CannedHandler.Answer(200, "{}");
        }
    }
}
