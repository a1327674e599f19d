using System.Globalization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Trader.Messages;
using Trader.Redis.Gateway;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>The ledger and the P3.3 permits against a real server (A38-A40; X10, X12, X16, X23, X25).</summary>
public sealed class PositionStateGatewayTests : TestKit, IAsyncLifetime
{
    private const string Hash = "quantum:position:BTCUSDT";
    private const string Copy = "quantum:position:ledger:BTCUSDT";
    private const string Permit = "quantum:permit:p33:97367696615fa75a";
    private static readonly Symbol Btc = Symbol.Parse("BTCUSDT");
    private static readonly PlanId Plan = PlanId.Parse("97367696615fa75a");

    private RedisServer server = null!;
    private RedisConsole console = null!;
    private IActorRef gateway = null!;
    private long readId;

    public async Task InitializeAsync()
    {
        server = await RedisServer.Start();
        console = await RedisConsole.Open(server.Url);
        gateway = await StartGateway();
    }

    public async Task DisposeAsync()
    {
        Shutdown();
        await console.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    [Trait("covers", "A39,A40")]
    public async Task What_an_operator_types_is_what_is_read()
    {
        Assert.True((await Ledger()).Missing);

        await console.Text("HSET", Hash, "ledger_amount", "0.062");

        Assert.Equal(("0.062", 0.062m), ((await Ledger()).Text, (await Ledger()).Amount));
    }

    [Fact]
    public async Task Everything_a_plan_is_judged_by_is_read_at_one_moment_for_many_symbols()
    {
        await console.Text("HSET", Hash, "ledger_amount", "1", "outcome_unknown", "p@5");
        await console.Text("SET", "quantum:reconcile:hold:BTCUSDT", "1");
        await console.Text("SET", "quantum:cooldown:last_exec_ts:BTCUSDT", "1770000000123");
        await console.Text("HSET", "quantum:reconcile:state:BTCUSDT", "drift_since", "7");
        await console.Text("HSET", "quantum:position:ledger:ETHUSDT", "last_known_amt", "-2.5", "updated_at", "1770000000");

        var read = await Ask<RedisProtocol.LedgersRead>(new RedisProtocol.ReadLedgers(5, [Btc, Symbol.Parse("ETHUSDT"), Symbol.Parse("XUSDT")]));

        Assert.Equal(5, read.ReadId);
        Assert.Equal(new LedgerFacts("1", null, "p@5", true, 1770000000123, 7, ""), read.Ledgers[Btc]);
        Assert.Equal(new LedgerFacts(null, "-2.5", null, false, 1770000000000, null, ""), read.Ledgers[Symbol.Parse("ETHUSDT")]);
        Assert.Equal(LedgerFacts.None, read.Ledgers[Symbol.Parse("XUSDT")]);
        Assert.InRange(read.NowMs - TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), -5_000, 5_000);
    }

    [Fact]
    [Trait("rule", "S7")]
    public async Task A_key_of_the_wrong_type_costs_its_own_symbol_only()
    {
        await console.Text("SET", Hash, "oops");
        await console.Text("HSET", "quantum:position:ETHUSDT", "ledger_amount", "2");

        var read = await Ask<RedisProtocol.LedgersRead>(new RedisProtocol.ReadLedgers(1, [Btc, Symbol.Parse("ETHUSDT")]));

        Assert.True(read.Ledgers[Btc].Unreadable);
        Assert.Equal(2m, read.Ledgers[Symbol.Parse("ETHUSDT")].Amount);
    }

    [Fact]
    [Trait("rule", "S10")]
    [Trait("covers", "X25")]
    public async Task A_permit_and_its_plans_acknowledgement_are_one_step()
    {
        var entry = await PlanEntry();

        var issued = await Ask<RedisProtocol.PositionPermitIssued>(Issue(entry, null));

        Assert.False(issued.Changed);
        Assert.Equal("{}", await console.Text("GET", Permit));
        Assert.InRange(int.Parse(await console.Text("TTL", Permit), null), 59, 60);
        Assert.Equal("0", await Pending(RedisKeys.Plans));
    }

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "A39")]
    public async Task A_permit_is_not_written_for_a_ledger_that_has_changed_since()
    {
        var entry = await PlanEntry();
        await console.Text("HSET", Hash, "ledger_amount", "0.5");

        var issued = await Ask<RedisProtocol.PositionPermitIssued>(Issue(entry, new RedisProtocol.LedgerCheck(Btc, "0.062", null, 1)));

        Assert.True(issued.Changed);
        Assert.Equal("0", await console.Text("EXISTS", Permit));
        Assert.Equal("1", await Pending(RedisKeys.Plans));
    }

    [Fact]
    [Trait("covers", "X22")]
    public async Task A_ledger_begins_with_the_permit_and_says_so()
    {
        var entry = await PlanEntry();

        await Ask<RedisProtocol.PositionPermitIssued>(Issue(entry, new RedisProtocol.LedgerCheck(Btc, null, 0.062m, 1)));

        Assert.Equal("0.062", await console.Text("HGET", Hash, "ledger_amount"));
        Assert.Equal("0.062 0.062", await console.Text("HMGET", Copy, "last_known_amt", "ledger_amt"));
        Assert.Contains("LEDGER_INIT", await console.Text("XRANGE", RedisKeys.ReconcileEvents, "-", "+"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "X12")]
    public async Task A_permit_that_somebody_granted_himself_as_a_hash_is_replaced()
    {
        await console.Text("HSET", Permit, "allow", "true");
        var entry = await PlanEntry();

        await Ask<RedisProtocol.PositionPermitIssued>(Issue(entry, null));

        Assert.Equal("{}", await console.Text("GET", Permit));
    }

    [Fact]
    [Trait("covers", "X16,X23")]
    public async Task An_execution_is_entered_once_however_often_its_result_is_read()
    {
        await console.Text("HSET", Hash, "ledger_amount", "0.010");
        var entry = await ResultEntry();

        Assert.Equal(FillVerdict.Applied, (await Enter(entry, "0.010", 0.008m)).Verdict);
        var again = await Enter(entry, "0.008", 0.006m);
        var replayed = await Enter(await ResultEntry(), "0.008", 0.006m);

        Assert.Equal((FillVerdict.Known, "0.008"), (again.Verdict, again.Current));
        Assert.Equal(FillVerdict.Known, replayed.Verdict);
        Assert.Equal("0.008", await console.Text("HGET", Hash, "ledger_amount"));
        Assert.Equal(
            "0.008 0.008 LONG 77 97367696615fa75a 0.002",
            await console.Text("HMGET", Copy, "last_known_amt", "ledger_amt", "last_side", "last_order_id", "last_result_plan_id", "last_executed_qty"));
        Assert.Equal(StreamEntryIds.Ms(entry).ToString(System.Globalization.CultureInfo.InvariantCulture),
            await console.Text("GET", "quantum:cooldown:last_exec_ts:BTCUSDT"));
        Assert.Equal("0", await Pending(RedisKeys.PlanResults));
    }

    [Fact]
    [Trait("covers", "X16")]
    public async Task Two_workers_with_the_same_result_enter_it_once()
    {
        await console.Text("HSET", Hash, "ledger_amount", "1");
        var other = await StartGateway();
        var entries = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            entries.Add(await ResultEntry());
        }

        // Each works through all results as the ledger actor does: on Changed it adds to what stands there now.
        var entered = await Task.WhenAll(Work(gateway, entries), Work(other, entries));

        Assert.Equal(20, entered.Sum());
        Assert.Equal("0.8", await console.Text("HGET", Hash, "ledger_amount"));

        async Task<int> Work(IActorRef through, List<string> all)
        {
            var applied = 0;
            for (var i = 0; i < all.Count; i++)
            {
                var (expected, verdict) = ((string?)"1", FillVerdict.Changed);
                while (verdict == FillVerdict.Changed)
                {
                    Assert.True(LedgerFacts.TryAmount(expected, out var before));
                    var result = await through.Ask<RedisProtocol.FillEntered>(
                        Fill(all[i], expected, before - 0.01m, $"o{i}", 0.01m), TimeSpan.FromSeconds(20));
                    (expected, verdict) = (result.Current, result.Verdict);
                }

                applied += verdict == FillVerdict.Applied ? 1 : 0;
            }

            return applied;
        }
    }

    [Fact]
    [Trait("covers", "A39")]
    public async Task An_operators_write_in_between_is_not_lost()
    {
        await console.Text("HSET", Hash, "ledger_amount", "0.5");

        var entered = await Enter(await ResultEntry(), "0.010", 0.008m);

        Assert.Equal((FillVerdict.Changed, "0.5"), (entered.Verdict, entered.Current));
        Assert.Equal("0.5", await console.Text("HGET", Hash, "ledger_amount"));
    }

    [Fact]
    public async Task An_execution_from_before_the_ledger_began_is_in_it_already()
    {
        var entry = await ResultEntry();
        var begun = await Ask<RedisProtocol.LedgerSet>(
            new RedisProtocol.SetLedger(Btc, null, 0.062m, StreamEntryIds.Ms(entry) + 1, "LEDGER_INIT", "why"));

        Assert.True(begun.Changed);
        Assert.Equal(FillVerdict.NoLedger, (await Enter(entry, "0.062", 0.060m)).Verdict);
        Assert.Equal("0.062", await console.Text("HGET", Hash, "ledger_amount"));
    }

    [Fact]
    [Trait("covers", "X16")]
    public async Task An_execution_without_a_ledger_leaves_its_time_so_that_none_begins_with_what_was_seen_before_it()
    {
        var entry = await ResultEntry();

        Assert.Equal(FillVerdict.NoLedger, (await Enter(entry, null, null)).Verdict);

        var ledger = await Ledger();
        Assert.Equal((StreamEntryIds.Ms(entry), true), (ledger.LastExecutionMs, ledger.Missing));
    }

    /// <summary>The execution came between the read of the facts and this step; nobody else can see that.</summary>
    [Fact]
    [Trait("covers", "X16")]
    public async Task No_ledger_is_begun_or_set_by_what_was_shown_before_the_last_execution()
    {
        var executed = StreamEntryIds.Ms(await ResultEntry());
        await console.Text("SET", RedisKeys.LastExecution + Btc, executed.ToString(CultureInfo.InvariantCulture));
        var entry = await PlanEntry();

        var permit = await Ask<RedisProtocol.PositionPermitIssued>(Issue(entry, new RedisProtocol.LedgerCheck(Btc, null, 0.062m, executed)));
        var set = await Ask<RedisProtocol.LedgerSet>(new RedisProtocol.SetLedger(Btc, null, 0.062m, executed, "LEDGER_INIT", "test"));

        Assert.Equal((true, false), (permit.Changed, set.Changed));
        Assert.Equal("0 0", await console.Text("EXISTS", Permit) + " " + await console.Text("HEXISTS", Hash, "ledger_amount"));

        var later = await Ask<RedisProtocol.PositionPermitIssued>(Issue(entry, new RedisProtocol.LedgerCheck(Btc, null, 0.062m, executed + 1)));
        Assert.False(later.Changed);
        Assert.Equal("0.062", await console.Text("HGET", Hash, "ledger_amount"));
    }

    [Fact]
    public async Task A_result_older_than_the_marks_is_never_entered()
    {
        await console.Text("HSET", Hash, "ledger_amount", "1");
        await console.Text("XADD", RedisKeys.PlanResults, "1000-1", "a", "b");

        Assert.Equal(FillVerdict.TooOld, (await Enter("1000-1", "1", 0.9m)).Verdict);
        Assert.Equal("1", await console.Text("HGET", Hash, "ledger_amount"));
    }

    [Fact]
    public async Task A_copy_of_the_wrong_type_does_not_make_an_execution_count_twice()
    {
        await console.Text("HSET", Hash, "ledger_amount", "1");
        await console.Text("SET", Copy, "oops");
        var entry = await ResultEntry();

        Assert.Equal(FillVerdict.Applied, (await Enter(entry, "1", 0.9m)).Verdict);
        Assert.Equal(FillVerdict.Known, (await Enter(entry, "0.9", 0.8m)).Verdict);
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task An_unknown_outcome_is_marked_once_and_cleared_only_by_its_own_mark()
    {
        var entry = await ResultEntry();
        await Ask<RedisProtocol.Done>(new RedisProtocol.MarkOutcomeUnknown(entry, "p1", Btc, "timeout"));
        var mark = (await Ledger()).OutcomeUnknown!;
        Assert.StartsWith("p1@", mark, StringComparison.Ordinal);

        await Ask<RedisProtocol.Done>(new RedisProtocol.ClearOutcomeUnknown(Btc, "p0@1", "why"));
        Assert.Equal(mark, (await Ledger()).OutcomeUnknown);
        await Ask<RedisProtocol.Done>(new RedisProtocol.ClearOutcomeUnknown(Btc, mark, "why"));
        Assert.Null((await Ledger()).OutcomeUnknown);

        // The same result read again, as after a crash: what was settled stays settled.
        await Ask<RedisProtocol.Done>(new RedisProtocol.MarkOutcomeUnknown(entry, "p1", Btc, "timeout"));
        Assert.Null((await Ledger()).OutcomeUnknown);
        var events = await console.Text("XRANGE", RedisKeys.ReconcileEvents, "-", "+");
        Assert.Contains("HOLD_SET", events, StringComparison.Ordinal);
        Assert.Contains("HOLD_CLEARED", events, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "A40,X35")]
    public async Task A_published_position_reads_as_documented_and_the_operators_ledger_goes_into_the_copy()
    {
        await console.Text("HSET", Hash, "ledger_amount", "0.05");

        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishPositions([Publication(-0.0620m, 0.05m, 7)]));

        Assert.Equal("-0.062 SHORT 50000 51000 -12.5 1770000000 binance_paper", await console.Text(
            "HMGET", "quantum:position:snapshot:BTCUSDT", "position_amt", "side", "entry_price", "mark_price", "unrealized_pnl", "ts_epoch", "source"));
        Assert.Equal("BTCUSDT -0.062 SHORT 0.062 51000 1770000000 position_state_brain", await console.Text(
            "HMGET", "quantum:state:positions:BTCUSDT", "symbol", "position_amt", "side", "quantity", "current_price", "ts_epoch", "source"));
        Assert.Equal("0.05 -0.062", await console.Text("HMGET", Hash, "ledger_amount", "exchange_amt"));
        Assert.Equal("0.05 operator", await console.Text("HMGET", Copy, "last_known_amt", "source"));
        Assert.Equal("DRIFT qty_mismatch -0.062 0.05 0.112 7", await console.Text(
            "HMGET", "quantum:reconcile:state:BTCUSDT", "status", "reason", "exchange_amt", "ledger_amt", "diff_amt", "drift_since"));

        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishPositions([Publication(0, 0.05m, null)]));

        Assert.Equal("NONE", await console.Text("HGET", "quantum:position:snapshot:BTCUSDT", "side"));
        Assert.Equal("FLAT", await console.Text("HGET", "quantum:state:positions:BTCUSDT", "side"));
        Assert.Equal("0", await console.Text("HEXISTS", "quantum:reconcile:state:BTCUSDT", "drift_since"));
        Assert.InRange(int.Parse(await console.Text("TTL", "quantum:position:snapshot:BTCUSDT"), null), 3590, 3600);
    }

    [Fact]
    [Trait("rule", "S7")]
    public async Task One_position_that_cannot_be_published_is_said_and_stops_no_other()
    {
        await console.Text("SET", "quantum:position:snapshot:BTCUSDT", "oops");

        var failed = await Ask<RedisProtocol.NotDone>(new RedisProtocol.PublishPositions(
            [Publication(1m, null, null), Publication(2m, null, null) with { Symbol = Symbol.Parse("ETHUSDT") }]));

        Assert.Contains("WRONGTYPE", failed.Why, StringComparison.Ordinal);
        Assert.Equal("1", await console.Text("HGET", Hash, "exchange_amt"));
        Assert.Equal("2", await console.Text("HGET", "quantum:position:snapshot:ETHUSDT", "position_amt"));
    }

    [Fact]
    [Trait("covers", "A27")]
    public async Task The_mismatch_is_there_for_the_gate_and_gone_with_its_writer()
    {
        Assert.Null((await Ask<RedisProtocol.MismatchRead>(new RedisProtocol.GetMismatch())).Seconds);

        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishMismatch(12.5m, 5000));

        Assert.Equal(12.5m, (await Ask<RedisProtocol.MismatchRead>(new RedisProtocol.GetMismatch())).Seconds);
        Assert.InRange(int.Parse(await console.Text("PTTL", RedisKeys.PositionMismatch), null), 1, 5000);
    }

    [Fact]
    [Trait("rule", "S10")]
    [Trait("covers", "X25")]
    public async Task Results_come_from_the_streams_beginning_and_again_until_they_are_acknowledged()
    {
        await console.Text("XADD", RedisKeys.PlanResults, "*", "plan_id", "p1");

        gateway.Tell(new RedisProtocol.WatchResults("n1"), TestActor);
        var first = await FishForMessageAsync<RedisProtocol.ResultSeen>(_ => true);
        gateway.Tell(new RedisProtocol.WatchResults("n1"), TestActor);
        var again = await FishForMessageAsync<RedisProtocol.ResultSeen>(_ => true);
        Assert.Equal(first.StreamId, again.StreamId);
        Assert.Equal("p1", PanicWire.Find(again.Fields, "plan_id"));

        await Ask<RedisProtocol.Done>(new RedisProtocol.AckResult(first.StreamId));
        Assert.Equal("0", await Pending(RedisKeys.PlanResults));
    }

    private static PositionPublication Publication(decimal amount, decimal? ledger, long? drift) => new(
        Btc, amount, 50000m, 51000m, -12.50m, "binance_paper", 1_770_000_000_000, drift is null ? "OK" : "DRIFT",
        drift is null ? "" : "qty_mismatch", ledger, drift);

    private static RedisProtocol.IssuePositionPermit Issue(string entry, RedisProtocol.LedgerCheck? check) => new(entry, Plan, "{}", 60, check);

    private static RedisProtocol.EnterFill Fill(string entry, string? expected, decimal? after, string order, decimal quantity) => new(
        entry, Plan.Value, Btc, new ExecutionFill(order, OrderSide.Sell, quantity, true), expected, after, Last: true);

    private Task<RedisProtocol.FillEntered> Enter(string entry, string? expected, decimal? after) =>
        Ask<RedisProtocol.FillEntered>(Fill(entry, expected, after, "77", 0.002m));

    private async Task<LedgerFacts> Ledger() =>
        (await Ask<RedisProtocol.LedgersRead>(new RedisProtocol.ReadLedgers(++readId, [Btc]))).Ledgers[Btc];

    /// <summary>An entry that the group has read and not acknowledged.</summary>
    private Task<string> PlanEntry() => Entry(RedisKeys.Plans);

    private Task<string> ResultEntry() => Entry(RedisKeys.PlanResults);

    private async Task<string> Entry(string stream)
    {
        if (await console.Text("EXISTS", stream) == "0")
        {
            await console.Text("XGROUP", "CREATE", stream, RedisKeys.PositionStateGroup, "0", "MKSTREAM");
        }

        var id = await console.Text("XADD", stream, "*", "a", "b");
        await console.Text("XREADGROUP", "GROUP", RedisKeys.PositionStateGroup, "n1", "COUNT", "10", "STREAMS", stream, ">");
        return id;
    }

    private async Task<string> Pending(string stream) =>
        (await console.Text("XPENDING", stream, RedisKeys.PositionStateGroup)).Split(' ')[0];

    private async Task<IActorRef> StartGateway()
    {
        var started = Sys.ActorOf(RedisGateway.Props(
            new RedisGatewaySettings(
                RedisEndpoint.Parse(server.Url), new RedisOptions(), new StreamOptions(), TimeSpan.FromSeconds(5), 1000, 1000,
                TimeSpan.FromHours(1)),
            TimeProvider.System));
        started.Tell(new RedisProtocol.WatchConnection(), TestActor);
        await FishForMessageAsync<RedisProtocol.Connected>(_ => true);
        return started;
    }

    private Task<T> Ask<T>(object message) => gateway.Ask<T>(message, TimeSpan.FromSeconds(20));
}
