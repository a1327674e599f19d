using Akka.Actor;
using Akka.TestKit.Xunit2;
using Trader.Messages;
using Trader.Redis.Gateway;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>The emergency stop's one step in Redis, against a real server: what each wish does to state, marker and channel.</summary>
public sealed class EssRedisTests : TestKit, IAsyncLifetime
{
    private const string Stamp = "2026-11-21T10:00:00Z";

    private RedisServer server = null!;
    private RedisConsole console = null!;
    private IActorRef gateway = null!;
    private long id;

    public async Task InitializeAsync()
    {
        server = await RedisServer.Start();
        console = await RedisConsole.Open(server.Url);
        gateway = Sys.ActorOf(RedisGateway.Props(RedisGatewayTests.Settings(server.Url), TimeProvider.System));
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
    public async Task S1_clear_is_written_with_an_expiry_and_only_while_no_marker_stands()
    {
        Assert.Equal(new RedisProtocol.EssSynced(1, null, -2, false, false), await Sync(EssWish.Clear));
        Assert.Equal("clear", await console.Text("GET", RedisKeys.EssState));
        Assert.InRange(long.Parse(await console.Text("PTTL", RedisKeys.EssState), null), 1, 3000);

        await console.Text("SET", RedisKeys.EssActive, "1");
        Assert.Equal(new RedisProtocol.EssSynced(2, "1", -1, false, true), await Sync(EssWish.Clear));
        Assert.Equal("active:WHY", await console.Text("GET", RedisKeys.EssState));
        Assert.Equal("1", await console.Text("GET", RedisKeys.EssActive));
    }

    [Fact]
    [Trait("covers", "D-E9")]
    public async Task A_stop_sets_marker_and_witness_and_renews_the_markers_expiry()
    {
        Assert.True((await Sync(EssWish.Own)).MarkerStands);
        Assert.Equal(Stamp, await console.Text("GET", RedisKeys.EssActive));
        Assert.Equal(Stamp, await console.Text("GET", RedisKeys.EssWitness));
        await console.Text("EXPIRE", RedisKeys.EssActive, "10");
        var again = await Sync(EssWish.Own);
        Assert.Equal((Stamp, true), (again.Marker, again.Witnessed));
        Assert.InRange(long.Parse(await console.Text("TTL", RedisKeys.EssActive), null), 86_000, 86_400);
        Assert.Equal("active:WHY", await console.Text("GET", RedisKeys.EssState));
    }

    [Fact]
    public async Task S14_a_followed_marker_is_kept_from_expiring_and_never_put_back()
    {
        await console.Text("SET", RedisKeys.EssActive, "by-ann", "EX", "100");
        await Sync(EssWish.Follow);
        Assert.Equal("-1", await console.Text("TTL", RedisKeys.EssActive));
        var followed = await Sync(EssWish.Follow);
        Assert.Equal(("by-ann", -1L, true), (followed.Marker, followed.MarkerExpiresMs, followed.Witnessed));
        await console.Text("DEL", RedisKeys.EssActive);
        var gone = await Sync(EssWish.Follow);
        Assert.Equal((null, true, false), (gone.Marker, gone.Witnessed, gone.MarkerStands));
        Assert.Equal("0", await console.Text("EXISTS", RedisKeys.EssActive));
    }

    [Fact]
    public async Task A_release_takes_the_marker_it_names_and_no_other()
    {
        await Sync(EssWish.Own);
        Assert.True((await Sync(EssWish.Clear, release: "another")).MarkerStands);
        Assert.True((await Sync(EssWish.Clear, release: RedisProtocol.NoTextMarker)).MarkerStands);
        Assert.False((await Sync(EssWish.Clear, release: Stamp)).MarkerStands);
        Assert.Equal("clear", await console.Text("GET", RedisKeys.EssState));
        await console.Text("HSET", RedisKeys.EssActive, "a", "b");
        Assert.Equal("", (await Sync(EssWish.Clear)).Marker);
        Assert.False((await Sync(EssWish.Clear, release: RedisProtocol.NoTextMarker)).MarkerStands);
    }

    [Fact]
    public async Task Transitions_are_published_in_the_documented_words()
    {
        await Sync(EssWish.Hold);
        Assert.Equal("0", await console.Text("EXISTS", RedisKeys.EssActive));
        await using var monitor = await RedisMonitor.Start(server.Port);
        await Sync(EssWish.Own, announce: "ess_activated");
        await Eventually.Come("the publication", () => Task.FromResult(monitor.Seen.FirstOrDefault(
            seen => seen.Text.Contains("""{\"event\":\"ess_activated\",\"timestamp\":1795250501}""", StringComparison.Ordinal)
                && seen.Text.Contains(RedisKeys.EssEvents, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Results_are_read_from_the_window_on_and_then_onwards_only()
    {
        await console.Text("XADD", RedisKeys.PlanResults, "1-1", "plan_id", "ancient");
        await console.Text("XADD", RedisKeys.PlanResults, "*", "plan_id", "a");
        var first = await Results("");
        Assert.Equal("a", PanicWire.Find(Assert.Single(first.Entries).Fields, "plan_id"));
        Assert.InRange(first.RedisNowMs - first.Entries[0].AtMs, 0, 60_000);
        Assert.Empty((await Results(first.Entries[0].StreamId)).Entries);
        await console.Text("XADD", RedisKeys.PlanResults, "*", "plan_id", "b");
        Assert.Equal("b", PanicWire.Find(Assert.Single((await Results(first.Entries[0].StreamId)).Entries).Fields, "plan_id"));
    }

    private async Task<RedisProtocol.ResultsRead> Results(string after) =>
        (RedisProtocol.ResultsRead)await gateway.Ask<object>(new RedisProtocol.ReadResults(after, 900_000, 100), TimeSpan.FromSeconds(10));

    private async Task<RedisProtocol.EssSynced> Sync(EssWish wish, string release = "", string announce = "")
    {
        var answer = await gateway.Ask<object>(
            new RedisProtocol.SyncEss(++id, wish, "active:WHY", 3000, Stamp, release, announce, 1_795_250_501), TimeSpan.FromSeconds(10));
        return Assert.IsType<RedisProtocol.EssSynced>(answer);
    }
}
