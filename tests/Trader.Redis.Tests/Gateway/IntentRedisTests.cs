using System.Globalization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Trader.Messages;
using Trader.Redis.Gateway;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>The intent desk's steps on a real server: a plan stands in the stream once, whatever becomes of the answers.</summary>
public sealed class IntentRedisTests : TestKit, IAsyncLifetime
{
    private const string Digest = "00000000deadbeef";

    private static readonly PlanId Plan = IntentId.Of("test", "1").Plan;

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
    [Trait("rule", "S8")]
    public async Task S8_a_plan_is_added_once_and_its_entry_remembered_as_long_as_the_gate_remembers_it()
    {
        var first = await Ask<RedisProtocol.IntentPublished>(Publish());
        var second = await Ask<RedisProtocol.IntentPublished>(Publish());

        Assert.Equal((true, false), (first.Added, second.Added));
        Assert.Equal(first.StreamId, second.StreamId);
        Assert.StartsWith(first.StreamId, await console.Text("XRANGE", RedisKeys.Plans, "-", "+"), StringComparison.Ordinal);
        Assert.Equal("1", await console.Text("XLEN", RedisKeys.Plans));
        Assert.InRange(int.Parse(await console.Text("TTL", RedisKeys.IntentPlan + Plan), CultureInfo.InvariantCulture), 21_590, 21_600);
        var sought = await Ask<RedisProtocol.IntentSought>(new RedisProtocol.FindIntent(Plan));
        Assert.Equal((first.StreamId, Digest), (sought.StreamId, sought.Digest));
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_two_nodes_that_hand_in_one_intent_add_one_plan()
    {
        var other = await Gateway();
        for (var i = 0; i < 50; i++)
        {
            await console.Text("DEL", RedisKeys.Plans, RedisKeys.IntentPlan + Plan);
            var answers = await Task.WhenAll(
                gateway.Ask<RedisProtocol.IntentPublished>(Publish(), TimeSpan.FromSeconds(5)),
                other.Ask<RedisProtocol.IntentPublished>(Publish(), TimeSpan.FromSeconds(5)));

            Assert.Single(answers, answer => answer.Added);
            Assert.Equal("1", await console.Text("XLEN", RedisKeys.Plans));
        }
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData("SET", "11111111deadbeef|1-1")]
    [InlineData("SET", "00000000deadbeef|")]
    [InlineData("SET", "garbage")]
    [InlineData("RPUSH", "00000000deadbeef|1-1")]
    public async Task S8_an_id_that_stands_for_something_else_or_for_nothing_readable_adds_nothing(string command, string mark)
    {
        await console.Text(command, RedisKeys.IntentPlan + Plan, mark);

        Assert.Equal(Plan, (await Ask<RedisProtocol.IntentIsOther>(Publish())).Id);
        Assert.Equal(Plan, (await Ask<RedisProtocol.IntentIsOther>(new RedisProtocol.WithdrawIntent(Plan, Digest, Guid.NewGuid()))).Id);
        Assert.Equal("0", await console.Text("EXISTS", RedisKeys.Plans));
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_an_attempt_that_was_withdrawn_adds_nothing_when_the_server_comes_to_it_later_and_the_next_one_does()
    {
        var late = Publish();
        var withdrawn = await Ask<RedisProtocol.IntentWithdrawn>(new RedisProtocol.WithdrawIntent(Plan, Digest, late.Attempt));
        Assert.Equal(late.Attempt, withdrawn.Attempt);

        Assert.Equal(late.Attempt, (await Ask<RedisProtocol.IntentWithdrawn>(late)).Attempt);
        Assert.Equal("0", await console.Text("EXISTS", RedisKeys.Plans));
        Assert.True((await Ask<RedisProtocol.IntentPublished>(Publish())).Added);
        Assert.InRange(
            int.Parse(await console.Text("TTL", RedisKeys.IntentWithdrawn + late.Attempt.ToString("N")), CultureInfo.InvariantCulture),
            3590, 3600);
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_a_plan_that_is_in_the_stream_cannot_be_withdrawn()
    {
        var publish = Publish();
        var added = await Ask<RedisProtocol.IntentPublished>(publish);

        var settled = await Ask<RedisProtocol.IntentPublished>(new RedisProtocol.WithdrawIntent(Plan, Digest, publish.Attempt));

        Assert.Equal((added.StreamId, false), (settled.StreamId, settled.Added));
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_of_a_server_that_stood_still_it_is_known_in_the_end_whether_the_plan_is_there()
    {
        for (var i = 0; i < 5; i++)
        {
            await console.Text("DEL", RedisKeys.Plans, RedisKeys.IntentPlan + Plan);
            var publish = Publish();
            await server.Freeze();
            Assert.Equal(RedisDoubt.Unknown, (await Ask<RedisProtocol.NotDone>(publish)).Doubt);
            await server.Thaw();

            var settled = await Eventually.Come("the settling to be answered", async () =>
                await Ask<object>(new RedisProtocol.WithdrawIntent(Plan, Digest, publish.Attempt)) is var said and not RedisProtocol.NotDone
                    ? said : null);
            Assert.Equal(settled is RedisProtocol.IntentPublished ? "1" : "0", await console.Text("XLEN", RedisKeys.Plans));
        }
    }

    [Fact]
    public async Task An_error_means_that_nothing_was_added_nor_remembered()
    {
        await console.Text("SET", RedisKeys.Plans, "no stream");

        Assert.Equal(RedisDoubt.Refused, (await Ask<RedisProtocol.NotDone>(Publish())).Doubt);
        Assert.Equal("0", await console.Text("EXISTS", RedisKeys.IntentPlan + Plan));
        Assert.Null((await Ask<RedisProtocol.IntentSought>(new RedisProtocol.FindIntent(Plan))).StreamId);
        await console.Text("SET", RedisKeys.IntentPlan + Plan, "garbage");
        Assert.Equal(RedisDoubt.Unknown, (await Ask<RedisProtocol.NotDone>(new RedisProtocol.FindIntent(Plan))).Doubt);
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task S10_results_are_read_a_page_at_a_time_from_a_moment_on_and_none_is_passed_over()
    {
        for (var i = 0; i < 450; i++)
        {
            await console.Text("XADD", RedisKeys.PlanResults, $"{1000 + (i / 7)}-{1 + (i % 7)}", "plan_id", $"p{i}", "executed", "True");
        }

        await console.Text("XADD", RedisKeys.PlanResults, "9000-1", "no", "result");
        var ids = new List<string>();
        string? from = "1001";
        for (var pages = 0; from is not null; pages++)
        {
            Assert.True(pages < 5);
            var read = await Ask<RedisProtocol.PlanResultsRead>(new RedisProtocol.ReadPlanResults(from));
            ids.AddRange(read.Results.Select(result => result.PlanId));
            from = read.Next;
        }

        Assert.Equal(Enumerable.Range(7, 443).Select(i => $"p{i}"), ids);
    }

    [Fact]
    public async Task Who_waits_for_results_gets_them_whole()
    {
        gateway.Tell(new RedisProtocol.WatchPlanEnds(), TestActor);
        await Eventually.Come("the reader to be there", async () =>
            (await console.Text("CLIENT", "LIST")).Contains("cmd=xread", StringComparison.OrdinalIgnoreCase) ? "there" : null);
        var step = new PlanStepResult("OPEN", "success", "filled")
        {
            Order = new PlanOrderResult("77", "ap-1", OrderSide.Buy, 0.010m, 0.010m, ReduceOnly: false),
        };
        var result = new PlanResult(Plan.Value, "BTCUSDT", "EXECUTE", true, true, [step], "", 1_770_000_000_000);
        await console.Text("XADD", [RedisKeys.PlanResults, "*", "no", "result"]);
        await console.Text("XADD", [RedisKeys.PlanResults, "*", .. PlanResultWire.Write(result).SelectMany(f => new[] { f.Key, f.Value })]);

        var ended = await ExpectMsgAsync<RedisProtocol.PlanEnded>(TimeSpan.FromSeconds(10));

        Assert.Equal(result with { Steps = [] }, ended.Result with { Steps = [] });
        Assert.Equal(result.Steps, ended.Result.Steps);
    }

    private static RedisProtocol.PublishIntent Publish() => new(
        Plan, Digest, Guid.NewGuid(),
        OrderIntentWire.Write(OrderIntent.Close(IntentId.Of("test", "1"), Symbol.Parse("BTCUSDT")), 1_770_000_000_000), 21_600);

    private async Task<IActorRef> Gateway()
    {
        var made = Sys.ActorOf(RedisGateway.Props(
            new RedisGatewaySettings(
                RedisEndpoint.Parse(server.Url), new RedisOptions(), new StreamOptions { BlockMs = 200 }, TimeSpan.FromSeconds(1), 1000,
                1000, TimeSpan.FromDays(1)),
            TimeProvider.System));
        made.Tell(new RedisProtocol.WatchConnection(), TestActor);
        await FishForMessageAsync<RedisProtocol.Connected>(_ => true);
        return made;
    }

    private Task<T> Ask<T>(object message) => gateway.Ask<T>(message, TimeSpan.FromSeconds(5));
}
