using Akka.Actor;
using Akka.TestKit.Xunit2;
using Trader.Actors.Ports;
using Trader.Messages;
using Trader.Redis.Gateway;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>The gateway against a real server: what each message does to the documented keys (E11, E15, E18, E42-E44, X13, X19).</summary>
public sealed class RedisGatewayTests : TestKit, IAsyncLifetime
{
    private const int LongIdleMs = 60_000;

    private RedisServer server = null!;
    private RedisConsole console = null!;
    private IActorRef gateway = null!;

    public async Task InitializeAsync()
    {
        server = await RedisServer.Start();
        console = await RedisConsole.Open(server.Url);
        gateway = Sys.ActorOf(RedisGateway.Props(Settings(server.Url), TimeProvider.System));
        gateway.Tell(new RedisProtocol.WatchConnection(), TestActor);
        await FishForMessageAsync<RedisProtocol.Connected>(_ => true);
    }

    public async Task DisposeAsync()
    {
        Shutdown();
        await console.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_panic_issued_twice_is_one_entry_with_the_five_documented_fields()
    {
        var trigger = new PanicTrigger(Id("e1"), "WHY", PanicIssuer.Watchdog, 1_770_000_000_000);
        var first = await Ask<RedisProtocol.PanicPublished>(new RedisProtocol.PublishPanic(trigger));
        var again = await Ask<RedisProtocol.PanicPublished>(new RedisProtocol.PublishPanic(trigger));

        Assert.Equal(first.StreamId, again.StreamId);
        Assert.Equal("1", await console.Text("XLEN", RedisKeys.PanicClose));
        Assert.Equal(
            "event_id e1 reason WHY severity CRITICAL issued_by watchdog ts 1770000000000",
            (await console.Text("XRANGE", RedisKeys.PanicClose, "-", "+"))[(first.StreamId.Length + 1)..]);
    }

    [Fact]
    public async Task Every_alarm_of_the_node_is_counted_even_one_that_Redis_does_not_take()
    {
        var alarms = new AlarmCount();
        var counting = Sys.ActorOf(RedisGateway.Props(Settings("redis://127.0.0.1:1/0"), TimeProvider.System, alarms));
        counting.Tell(new RedisProtocol.PublishAlarm(new Alarm("NO_HEARTBEAT", "none for 9 s", 1)), TestActor);
        await ExpectMsgAsync<RedisProtocol.NotDone>();

        Assert.Equal("trader_alarms_total code=NO_HEARTBEAT", Assert.Single(alarms.Counted));
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task A_claim_holds_against_others_until_it_is_idle_and_a_finished_event_is_done_for_all()
    {
        Assert.Equal(PanicClaim.Mine, (await Claim("a", LongIdleMs)).Claim);
        Assert.Equal(PanicClaim.Mine, (await Claim("a", LongIdleMs)).Claim);
        var other = await Claim("b", LongIdleMs);
        Assert.Equal((PanicClaim.Other, "a"), (other.Claim, other.Holder));
        Assert.Equal(PanicClaim.Mine, (await Claim("b", 0)).Claim);

        await Complete("b", failed: []);

        Assert.Equal(PanicClaim.Done, (await Claim("c", 0)).Claim);
    }

    [Fact]
    [Trait("rule", "S14")]
    public async Task A_persons_DEL_of_the_halt_is_told_from_a_flush()
    {
        await Ask<RedisProtocol.Done>(new RedisProtocol.SetHalt(Halt(0)));
        Assert.Equal("true", await console.Text("HGET", RedisKeys.TradingState, "halted"));
        Assert.Equal((true, true), await ReadHalt());

        await console.Text("DEL", RedisKeys.TradingState);
        Assert.Equal((false, true), await ReadHalt());

        await Ask<RedisProtocol.Done>(new RedisProtocol.SetHalt(Halt(0)));
        await console.Text("FLUSHALL");
        Assert.Equal((false, false), await ReadHalt());
    }

    [Fact]
    [Trait("rule", "S9")]
    public async Task A_completion_is_written_once_and_never_overwrites_the_first()
    {
        Assert.True((await Complete("a", failed: [])).First);
        Assert.False((await Complete("b", failed: ["X"])).First);

        Assert.Equal("1", await console.Text("XLEN", RedisKeys.PanicCompleted));
        Assert.Equal("2", await console.Text("HGET", RedisKeys.TradingState, "positions_closed"));
    }

    [Fact]
    public async Task A_halt_key_of_the_wrong_type_does_not_hide_the_completion_and_is_said()
    {
        await console.Text("SET", RedisKeys.TradingState, "oops");

        var done = await Complete("a", failed: []);
        var set = await Ask<RedisProtocol.NotDone>(new RedisProtocol.SetHalt(Halt(0)));
        var read = await Ask<RedisProtocol.NotDone>(new RedisProtocol.GetHalt(Id("e1")));

        Assert.Contains("WRONGTYPE", done.HaltTrouble, StringComparison.Ordinal);
        Assert.Equal("1", await console.Text("XLEN", RedisKeys.PanicCompleted));
        Assert.Equal((RedisDoubt.Refused, RedisDoubt.Refused), (set.Doubt, read.Doubt));
    }

    [Fact]
    [Trait("covers", "E42,X19")]
    public async Task A_halt_asked_for_again_after_the_completion_keeps_the_figures()
    {
        await Ask<RedisProtocol.Done>(new RedisProtocol.SetHalt(Halt(0)));
        await Complete("a", failed: []);
        await Ask<RedisProtocol.Done>(new RedisProtocol.SetHalt(Halt(0)));

        Assert.Equal("2", await console.Text("HGET", RedisKeys.TradingState, "positions_closed"));
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task A_refused_trigger_leaves_a_record_with_its_cause_and_binds_no_other_worker()
    {
        var entry = new PanicEntry("1-1", [new("issued_by", "nobody"), new("ts", "1")], false);
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishRefusal(Id("e1"), entry, "UnauthorizedSource"));

        Assert.Contains("cause UnauthorizedSource", await console.Text("XRANGE", RedisKeys.PanicRejected, "-", "+"), StringComparison.Ordinal);
        Assert.Equal(PanicClaim.Mine, (await Claim("a", LongIdleMs)).Claim);
    }

    [Fact]
    public async Task Heartbeats_reach_those_who_watch_and_the_old_one_is_marked_as_such()
    {
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishHeartbeat(Beat(1)));
        gateway.Tell(new RedisProtocol.WatchHeartbeats(), TestActor);
        var old = await FishForMessageAsync<RedisProtocol.HeartbeatSeen>(seen => seen.Heartbeat.TsMs == Beat(1).TsMs);
        Assert.True(old.Backlog);

        // The tail starts at its first connect; until then entries are only backlog, so publish until one is heard as new.
        var probe = CreateTestProbe();
        RedisProtocol.HeartbeatSeen? fresh = null;
        for (var n = 2; fresh is null && n < 100; n++)
        {
            gateway.Tell(new RedisProtocol.PublishHeartbeat(Beat(n)), probe);
            var got = await ReceiveOneAsync(TimeSpan.FromMilliseconds(100));
            fresh = got as RedisProtocol.HeartbeatSeen is { Backlog: false } seen ? seen : null;
        }

        Assert.NotNull(fresh);
        await console.Text("XADD", RedisKeys.Heartbeat, "*", "status", "ALIVE", "active_positions", "", "ts", "1");
        await FishForMessageAsync<RedisProtocol.HeartbeatMalformed>(_ => true);
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task An_unacknowledged_panic_comes_again_to_the_next_life_of_its_worker()
    {
        await console.Text("XADD", RedisKeys.PanicClose, "*", "event_id", "e9", "issued_by", "ops");
        gateway.Tell(new RedisProtocol.WatchPanics("eew_a"), TestActor);
        var first = await FishForMessageAsync<PanicEntry>(_ => true);
        Sys.Stop(gateway);
        var nextLife = Sys.ActorOf(RedisGateway.Props(Settings(server.Url), TimeProvider.System));
        nextLife.Tell(new RedisProtocol.WatchPanics("eew_a"), TestActor);

        var again = await FishForMessageAsync<PanicEntry>(_ => true);

        Assert.Equal(first.StreamId, again.StreamId);
        Assert.True(again.Redelivered);
        await nextLife.Ask<RedisProtocol.Done>(new RedisProtocol.AckPanic(again.StreamId), TimeSpan.FromSeconds(5));
        Assert.StartsWith("0", await console.Text("XPENDING", RedisKeys.PanicClose, RedisKeys.PanicGroup), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("rule", "S1")]
    public async Task Gate_and_liveness_lapse_by_themselves()
    {
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishEntriesGate(true, "", 60_000));
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishLiveness(Roles.Watchdog, "n1", 60_000));

        Assert.Equal("open", await console.Text("GET", RedisKeys.EntriesGate));
        Assert.NotEqual("-1", await console.Text("PTTL", RedisKeys.EntriesGate));
        var live = await Ask<RedisProtocol.LivenessRead>(new RedisProtocol.GetLiveness([Roles.Watchdog, Roles.PanicClose]));
        Assert.Equal([Roles.Watchdog], live.Roles);
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishEntriesGate(false, "why", 60_000));
        Assert.Equal("closed:why", await console.Text("GET", RedisKeys.EntriesGate));
    }

    [Fact]
    public async Task A_role_report_is_kept_under_its_node_and_nodes_of_old_are_forgotten()
    {
        await console.Text("HSET", RedisKeys.RoleReports + Roles.Governor, "old", "1000:", "odd", "what", "n2", "9999999999999:");

        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishRoleReport(Roles.Governor, "n1", "why: because"));

        Assert.Equal("2", await console.Text("HLEN", RedisKeys.RoleReports + Roles.Governor));
        Assert.True(RoleReport.TryRead(await console.Text("HGET", RedisKeys.RoleReports + Roles.Governor, "n1"), out var report));
        Assert.Equal("why: because", report.NotReady);
        Assert.InRange(report.AtMs, 1_700_000_000_000, 4_000_000_000_000);
        Assert.Equal("-1", await console.Text("PTTL", RedisKeys.RoleReports + Roles.Governor));
    }

    [Fact]
    [Trait("rule", "S2")]
    public async Task While_redis_is_away_every_command_is_answered_as_not_done()
    {
        await server.Kill();
        await FishForMessageAsync<RedisProtocol.Disconnected>(_ => true);

        var answer = await Ask<RedisProtocol.NotDone>(new RedisProtocol.SetHalt(Halt(0)));

        Assert.Equal(RedisDoubt.NotConnected, answer.Doubt);
        Assert.IsType<RedisProtocol.SetHalt>(answer.Command);
    }

    internal static RedisGatewaySettings Settings(string url) => new(
        RedisEndpoint.Parse(url), new RedisOptions(), new StreamOptions { BlockMs = 200 }, TimeSpan.FromSeconds(1), 1000, 1000,
        TimeSpan.FromDays(1));

    private static EventId Id(string text) => EventId.TryParse(text, out var id) ? id : throw new ArgumentException(text);

    private static Heartbeat Beat(long n) =>
        new("exit_brain_main", BrainStatus.Alive, 2, null, 5, 0, 1_770_000_000_000 + n);

    private static HaltRecord Halt(int closed) => new(Id("e1"), "WHY", "watchdog", closed, 1_770_000_000_000, "eew_a");

    private Task<T> Ask<T>(object message) => gateway.Ask<T>(message, TimeSpan.FromSeconds(5));

    private Task<RedisProtocol.PanicClaimed> Claim(string worker, int idleMs) =>
        Ask<RedisProtocol.PanicClaimed>(new RedisProtocol.ClaimPanic(Id("e1"), worker, idleMs));

    private Task<RedisProtocol.CompletionPublished> Complete(string worker, string[] failed) =>
        Ask<RedisProtocol.CompletionPublished>(new RedisProtocol.PublishCompletion(
            new PanicCompletion(Id("e1"), 2, 2 - failed.Length, failed, 1, 2), Halt(2 - failed.Length) with { HaltedBy = worker }));

    private async Task<(bool Halted, bool Witnessed)> ReadHalt()
    {
        var read = await Ask<RedisProtocol.HaltRead>(new RedisProtocol.GetHalt(Id("e1")));
        return (read.Halted, read.Witnessed);
    }

    private sealed class AlarmCount : IMeter
    {
        public List<string> Counted { get; } = [];

        public void Count(string name, long by, params ReadOnlySpan<(string Name, string Value)> labels) =>
            Counted.Add($"{name} {labels[0].Name}={labels[0].Value}");

        public void Gauge(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
        {
        }

        public void Observe(string name, double seconds, params ReadOnlySpan<(string Name, string Value)> labels)
        {
        }
    }
}
