using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Trader.Hosting.Configuration;
using Trader.Hosting.Node;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>Redis and exchange for processes that are not meant to get far.</summary>
public sealed class IdleFleet : IAsyncLifetime
{
    public TraderFleet Fleet { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Fleet = await TraderFleet.Start(new FleetOptions { Paper = new PaperOptions { Symbols = 5 } });

    public async Task DisposeAsync() => await Fleet.DisposeAsync();
}

/// <summary>What the node's program refuses: a clear line, the exit code, and nothing half-started.</summary>
public sealed class NodeProgramScenarios(IdleFleet idle) : IClassFixture<IdleFleet>
{
    private TraderFleet Fleet => idle.Fleet;

    [Theory]
    [InlineData("unknown option '--frobnicate'", "--frobnicate")]
    [InlineData("there is no role 'exit-brian'", "--roles", "exit-brian")]
    [InlineData("--roles needs a value", "--roles")]
    public async Task An_option_that_is_not_known_is_one_line_and_exit_code_64(string said, params string[] arguments)
    {
        var node = Fleet.StartBare("bad", arguments);
        Assert.Equal(NodeOptions.UsageExitCode, await node.End());
        Assert.Contains(said, Assert.Single(node.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trader { node-name = ", "is not HOCON")]
    [InlineData("trader.watchdog.hartbeat-missing = 5s", "trader.watchdog.hartbeat-missing")]
    [InlineData("trader.watchdog.heartbeat-missing = 60s", "trader.watchdog.heartbeat-missing")]
    public async Task Settings_that_cannot_be_used_are_one_line_each_and_exit_code_78(string hocon, string said)
    {
        var file = Fleet.Scratch($"{Guid.NewGuid():N}.hocon");
        await File.WriteAllTextAsync(file, hocon);
        var node = Fleet.StartBare("bad", "--config", file);
        Assert.Equal(SettingsLoader.ExitCode, await node.End());
        Assert.Contains(said, Assert.Single(node.Lines), StringComparison.Ordinal);
        await NothingStarted();
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_exit_code_69_and_no_other_port_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, Fleet.Ports[Role.Watchdog]);
        taken.Start();
        var node = Fleet.StartBare("bad");
        Assert.Equal(NodeProgram.UnavailableExitCode, await node.End());
        Assert.Contains(Fleet.Ports[Role.Watchdog].ToString(CultureInfo.InvariantCulture),
            Assert.Single(node.Lines, line => line.StartsWith("stderr: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        await NothingStarted();
    }

    [Fact]
    public async Task A_state_directory_that_cannot_be_used_is_one_line_and_exit_code_73()
    {
        var file = Fleet.Scratch("not-a-directory");
        await File.WriteAllTextAsync(file, "");
        var node = Fleet.StartNode("bad", ["--roles", "watchdog"], new Dictionary<string, string?> { ["TRADER_STATE_DIR"] = file });
        Assert.Equal(NodeProgram.StateExitCode, await node.End());
        Assert.Contains("state directory", Assert.Single(node.Lines), StringComparison.Ordinal);
        await NothingStarted();
    }

    [Fact]
    [Trait("covers", "E51")]
    public async Task All_roles_in_one_process_work_and_say_what_that_is_worth()
    {
        Fleet.Hold(1);
        var marks = Marks.FromNothing(Fleet);
        var node = Fleet.StartNode("all", []);
        await Fleet.Said(node, "share this process: nothing outlives it");
        await Fleet.Said(node, "Gate to entries OPEN");
        var id = await Fleet.OrderPanic();
        Assert.Equal(1, (await marks.CompletionOf(id)).Count("positions_closed"));
        await node.Terminate();
        Assert.Equal(0, await node.End());
        await Fleet.Console.Do("FLUSHALL");
    }

    private async Task NothingStarted()
    {
        Assert.Equal("0", await Fleet.Console.Text("EXISTS",
            RedisKeys.Heartbeat, RedisKeys.EntriesGate, RedisKeys.Liveness + "watchdog", RedisKeys.Liveness + "panic-close"));
        foreach (var port in Fleet.Ports.Where(p => p.Key != Role.Watchdog).Select(p => p.Value))
        {
            using var free = new TcpListener(IPAddress.Loopback, port);
            free.Start();
        }
    }
}
