using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>A worker that cannot reach its account, or may guard the wrong one, says so instead of READY (E51).</summary>
[Trait("rule", "S1")]
public sealed class AccountScenarios
{
    public static TheoryData<string, string?, string> Doubtful => new()
    {
        { "BINANCE_API_SECRET", null, "BINANCE_API_KEY or BINANCE_API_SECRET is not set" },
        { "BINANCE_API_KEY", "not-the-key", "account cannot be read" },
        { "BINANCE_API_SECRET", "not-the-secret", "account cannot be read" },
        { "BINANCE_TESTNET", "false", "production was chosen" },
        { "BINANCE_BASE_URL", "http://127.0.0.1:CLOSED", "account cannot be read" },
    };

    [Theory]
    [MemberData(nameof(Doubtful))]
    [Trait("covers", "E51,X18b,X24,X25")]
    public async Task E51_a_worker_in_doubt_about_its_account_is_not_ready(string variable, string? value, string why)
    {
        await using var fleet = await TraderFleet.Start(new FleetOptions { Paper = new PaperOptions { Symbols = 5 } });
        var worker = fleet.StartNode("w1", ["--roles", "panic-close"], new Dictionary<string, string?>
        {
            [variable] = value?.Replace("CLOSED", ClosedPort(), StringComparison.Ordinal),
        });
        using var http = new HttpClient();
        var ready = new Uri($"http://127.0.0.1:{fleet.Ports[Role.PanicClose]}/health/ready");
        await fleet.Until($"not ready: {why}", async () =>
        {
            try
            {
                using var answer = await http.GetAsync(ready);
                return !answer.IsSuccessStatusCode
                    && (await answer.Content.ReadAsStringAsync()).Contains(why, StringComparison.Ordinal);
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        Assert.False(worker.HasExited, "the last line of defence ended instead of saying why");
        Assert.False(worker.Said("not-the-secret"));
        Assert.Contains("closed", await fleet.Console.Text("GET", RedisKeys.EntriesGate) is { Length: > 0 } gate ? gate : "closed",
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "E37,X10,X24")]
    [Trait("rule", "S3")]
    public async Task X10_an_exchange_that_cannot_be_reached_halts_and_reads_as_a_failure()
    {
        await using var fleet = await TraderFleet.Start(new FleetOptions { Paper = new PaperOptions { Symbols = 5, Positions = 2 } });
        var worker = fleet.StartNode("w1", ["--roles", "panic-close"], new Dictionary<string, string?>
        {
            ["BINANCE_BASE_URL"] = "http://127.0.0.1:" + ClosedPort(),
        });
        await fleet.Said(worker, "NOT READY: ");
        var marks = Marks.FromNothing(fleet);
        var id = await fleet.OrderPanic();
        await fleet.Until("the halt", () => fleet.IsHalted());
        var completion = await marks.CompletionOf(id);
        Assert.True(completion.Count("positions_failed") > 0, "reads as success");
        Assert.True(await fleet.IsHalted());
        Assert.False(worker.Said("SYSTEM HALTED 🔒"));
        Assert.False(worker.Said("READY", 0) && !worker.Said("NOT READY"));
    }

    /// <summary>A port where nobody listens; nobody is given it by the system while the test runs.</summary>
    private static string ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
