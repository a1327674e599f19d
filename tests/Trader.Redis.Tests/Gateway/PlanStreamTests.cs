using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Messages;
using Trader.Redis.Gateway;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>The plan stream as a worker of the chain gets it, against a real server (D-G9, X25).</summary>
public sealed class PlanStreamTests : TestKit, IAsyncLifetime
{
    private const string Group = RedisKeys.GovernorGroup;

    private RedisServer server = null!;
    private RedisConsole console = null!;
    private IActorRef gateway = null!;

    public async Task InitializeAsync()
    {
        server = await RedisServer.Start();
        console = await RedisConsole.Open(server.Url);
        gateway = await Gateway();
    }

    public async Task DisposeAsync()
    {
        Shutdown();
        await console.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    [Trait("rule", "S10")]
    [Trait("covers", "D-G9,X25")]
    public async Task S10_plans_from_before_the_group_existed_are_read()
    {
        await Plan("a");
        gateway.Tell(new RedisProtocol.WatchPlans(Group, "n1"), TestActor);

        var seen = Assert.IsType<RedisProtocol.PlanSeen>(Assert.Single((await Next()).Entries));

        Assert.Equal(("a", "BTCUSDT", false), (seen.Plan.Id.Value, seen.Plan.Symbol.Value, seen.Redelivered));
    }

    [Fact]
    public async Task What_is_no_plan_comes_as_such_in_its_place()
    {
        await Plan("a");
        await console.Text("XADD", RedisKeys.Plans, "*", "plan_id", "b", "symbol", "no good");
        await console.Text("XADD", RedisKeys.Plans, "*", "plan_id", "c", "symbol", "X", "steps", new string('x', 40_000));
        await Plan("d");
        gateway.Tell(new RedisProtocol.WatchPlans(Group, "n1"), TestActor);

        var entries = (await Next()).Entries;

        Assert.Equal(4, entries.Count);
        var malformed = Assert.IsType<RedisProtocol.PlanMalformed>(entries[1]);
        Assert.Equal((PlanFault.SymbolInvalid, "b", null), (malformed.Fault, malformed.Id?.Value, malformed.Symbol));
        Assert.Equal(PlanFault.TooLarge, Assert.IsType<RedisProtocol.PlanMalformed>(entries[2]).Fault);
        Assert.IsType<RedisProtocol.PlanSeen>(entries[3]);
    }

    [Fact]
    public async Task The_next_batch_comes_when_it_is_asked_for_and_not_before()
    {
        gateway.Tell(new RedisProtocol.WatchPlans(Group, "n1"), TestActor);
        await Plan("a");
        var first = await Next();
        await Plan("b");
        // Another group reads both meanwhile: the stream holds them, this worker just has not asked.
        var other = CreateTestProbe();
        gateway.Tell(new RedisProtocol.WatchPlans(RedisKeys.GateGroup, "n1"), other);
        var others = await Take(other, 2);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(1));

        gateway.Tell(new RedisProtocol.TakeMorePlans(Group, first.Batch - 1), TestActor);
        gateway.Tell(new RedisProtocol.TakeMorePlans(Group, first.Batch), TestActor);

        Assert.Equal(["b"], Ids((await Next()).Entries));
        Assert.Equal(["a", "b"], others);
    }

    [Fact]
    [Trait("rule", "S10")]
    [Trait("covers", "D-G9,X25")]
    public async Task S10_a_worker_that_asks_again_gets_what_it_left_unacknowledged()
    {
        gateway.Tell(new RedisProtocol.WatchPlans(Group, "n1"), TestActor);
        await Plan("a");
        var entry = (await Next()).Entries[0];
        await Plan("b");
        gateway.Tell(new RedisProtocol.WatchPlans(Group, "n1"), TestActor);

        var again = await Next();
        Assert.Equal(["a"], Ids(again.Entries));
        Assert.True(again.Entries[0].Redelivered);
        await gateway.Ask<RedisProtocol.Done>(new RedisProtocol.AckPlans(Group, [entry.StreamId]), TimeSpan.FromSeconds(5));
        gateway.Tell(new RedisProtocol.WatchPlans(Group, "n1"), TestActor);

        Assert.Equal(["b"], Ids((await Next()).Entries));
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task S10_what_a_dead_node_left_comes_to_another()
    {
        await Plan("a");
        var dead = await Gateway();
        var probe = CreateTestProbe();
        dead.Tell(new RedisProtocol.WatchPlans(Group, "dead"), probe);
        await Take(probe, 1);
        Sys.Stop(dead);

        gateway.Tell(new RedisProtocol.WatchPlans(Group, "n1"), TestActor);

        var taken = await Next();
        Assert.Equal(["a"], Ids(taken.Entries));
        Assert.True(taken.Entries[0].Redelivered);
    }

    [Fact]
    public async Task Nobody_is_read_for_when_the_worker_is_gone()
    {
        var probe = CreateTestProbe();
        gateway.Tell(new RedisProtocol.WatchPlans(Group, "n1"), probe);
        await Plan("a");
        await Take(probe, 1);
        Sys.Stop(probe);
        // A reader that is let go closes its connection; until then the consumer shows as blocked or connected.
        await Eventually.Come("the reader to be gone", async () =>
            (await console.Text("CLIENT", "LIST")).Contains("cmd=xreadgroup", StringComparison.Ordinal) ? null : "gone");

        await Plan("b");
        gateway.Tell(new RedisProtocol.WatchPlans(Group, "n1"), TestActor);

        Assert.Equal(["a"], Ids((await Next()).Entries));
    }

    private async Task<IActorRef> Gateway()
    {
        var settings = new RedisGatewaySettings(
            RedisEndpoint.Parse(server.Url), new RedisOptions(),
            new StreamOptions { BlockMs = 200, ClaimEveryMs = 100, ClaimIdleMs = 1000 }, TimeSpan.FromSeconds(1), 1000, 1000,
            TimeSpan.FromDays(1));
        var made = Sys.ActorOf(RedisGateway.Props(settings, TimeProvider.System));
        var probe = CreateTestProbe();
        made.Tell(new RedisProtocol.WatchConnection(), probe);
        await probe.FishForMessageAsync<RedisProtocol.Connected>(_ => true);
        return made;
    }

    private Task<string> Plan(string id) => console.Text(
        "XADD", RedisKeys.Plans, "*", "plan_id", id, "symbol", "BTCUSDT", "action", "FULL_CLOSE_PROPOSED", "decision", "EXECUTE");

    private async Task<RedisProtocol.PlansSeen> Next() =>
        await FishForMessageAsync<RedisProtocol.PlansSeen>(_ => true, TimeSpan.FromSeconds(20));

    /// <summary>Ids of so many plans, asking for more as long as it takes.</summary>
    private async Task<List<string>> Take(TestProbe probe, int count)
    {
        var ids = new List<string>();
        while (ids.Count < count)
        {
            var seen = await probe.FishForMessageAsync<RedisProtocol.PlansSeen>(_ => true, TimeSpan.FromSeconds(20));
            ids.AddRange(Ids(seen.Entries));
            if (ids.Count < count)
            {
                gateway.Tell(new RedisProtocol.TakeMorePlans(seen.Group, seen.Batch), probe);
            }
        }

        return ids;
    }

    private static List<string> Ids(IReadOnlyList<RedisProtocol.PlanEntry> entries) =>
        [.. entries.OfType<RedisProtocol.PlanSeen>().Select(seen => seen.Plan.Id.Value)];
}
