using Trader.Hosting.Configuration;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>Redis cannot be had from the start.</summary>
public sealed class RedisAbsentScenarios
{
    private static readonly FleetOptions TwoPositions = new()
    {
        Paper = new PaperOptions { Symbols = 20, Positions = 2, WarmUp = true },
        Settings = "trader.watchdog.status-every = 1s",
    };

    [Fact]
    [Trait("covers", "E27,E43,X18,X18b")]
    [Trait("rule", "S2")]
    public async Task X18_Redis_absent_at_the_start_stops_no_close_and_is_told_when_it_comes()
    {
        await using var fleet = await TraderFleet.Start(TwoPositions);
        await fleet.Redis.Kill();
        var (worker, _, brain) = await StartLinked(fleet);
        Assert.Contains("Redis is not connected", await NotReady(fleet), StringComparison.Ordinal);
        Assert.False(worker.Said("READY"), "ready without Redis");

        await brain.Kill();
        await fleet.Flat();
        await fleet.Said(worker, "Closed: 2/2");

        await fleet.Redis.Restart();
        var marks = Marks.FromNothing(fleet);
        var panic = await marks.NextPanic();
        var completion = await marks.CompletionOf(panic["event_id"]);
        Assert.Equal(2, completion.Count("positions_closed"));
        await fleet.Until("the halt", () => fleet.IsHalted());
        await fleet.Listens(worker);
        await fleet.NothingPending();
        Assert.Single(await marks.Completions());
    }

    [Fact]
    [Trait("covers", "E51,X18b")]
    [Trait("rule", "S16")]
    public async Task X18b_with_a_wrong_password_nothing_is_ready_the_close_goes_out_and_no_secret_is_logged()
    {
        const string right = "the-right-password-of-this-test";
        const string wrong = "a-wrong-password-of-this-test";
        await using var fleet = await TraderFleet.Start(TwoPositions with { Redis = new RedisServerOptions { Password = right } });
        var url = fleet.Redis.Url.Replace(right, wrong, StringComparison.Ordinal);
        var (worker, watchdog, brain) = await StartLinked(fleet, new Dictionary<string, string?> { ["REDIS_URL"] = url });
        Assert.Contains("Redis is not connected", await NotReady(fleet), StringComparison.Ordinal);
        await brain.Kill();
        await fleet.Flat();
        await fleet.Said(worker, "Closed: 2/2");
        Assert.All([worker, watchdog, brain], node => Assert.False(node.Said(wrong)));
        Assert.False(worker.Said("SYSTEM HALTED 🔒"));
        Assert.False(await fleet.IsHalted());
    }

    private static async Task<(NodeProcess Worker, NodeProcess Watchdog, NodeProcess Brain)> StartLinked(
        TraderFleet fleet, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var worker = fleet.StartNode("w1", ["--roles", "panic-close"], environment);
        var watchdog = fleet.StartNode("wd", ["--roles", "watchdog"], environment);
        var brain = fleet.StartNode("br", ["--roles", "exit-brain"], environment);
        await fleet.Until("the watchdog to hear both by the link", async () =>
            await fleet.Get(Role.Watchdog, "/metrics") is { } metrics
            && metrics.Contains("trader_link_up{peer=\"exit-brain\"} 1", StringComparison.Ordinal)
            && metrics.Contains("trader_link_up{peer=\"panic-close\"} 1", StringComparison.Ordinal));
        await fleet.Said(watchdog, "positions=2, last_decision=", watchdog.Mark);
        await fleet.Said(worker, "Mode: TESTNET");
        return (worker, watchdog, brain);
    }

    private static async Task<string> NotReady(TraderFleet fleet)
    {
        using var http = new HttpClient();
        var address = new Uri($"http://127.0.0.1:{fleet.Ports[Role.PanicClose]}/health/ready");
        var answer = "";
        await fleet.Until("the worker to say why it is not ready", async () =>
        {
            using var response = await http.GetAsync(address);
            answer = await response.Content.ReadAsStringAsync();
            return !response.IsSuccessStatusCode && answer.Contains("Redis", StringComparison.Ordinal);
        });
        return answer;
    }
}
