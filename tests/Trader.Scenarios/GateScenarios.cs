using System.Globalization;
using System.Text.RegularExpressions;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>The order gate as a process of its own, its permits written by hand as operators write them (A1-A20, A32-A37, A44-A48).</summary>
public sealed class GateScenarios : IAsyncLifetime
{
    private const string Governor = """{"granted":true}""";
    private const string P33 = """{"allow":true,"safe_close_qty":1000000}""";
    private const string Production = "✅ PRODUCTION MODE - Both permits required (Governor + P3.3)";


    private int plans;

    private TraderFleet Fleet { get; set; } = null!;

    private NodeProcess Gate { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Fleet = await TraderFleet.Start(new FleetOptions
        {
            Paper = new PaperOptions { Symbols = 20, WarmUp = true },
            Redis = new RedisServerOptions { Durable = true },
            // The document's own file says so, and an operator's shell may say BINANCE_TESTNET=true beside it (A42).
            Environment = new Dictionary<string, string?> { ["TESTNET"] = "false" },
        });
        Fleet.Hold(4);
        Gate = Start();
        await Ready(Gate);
    }

    public async Task DisposeAsync() => await Fleet.DisposeAsync();

    [Fact]
    [Trait("rule", "S6")]
    [Trait("covers", "A2,A5,A6,A20,A32,A34,A36,A44,A45,X31")]
    public async Task A2_four_runs_are_one_order()
    {
        Assert.Contains(Production, Gate.Lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("TESTNET", Gate.Lines[^1], StringComparison.Ordinal);
        var row = Fleet.OpenPositions()[0];
        foreach (var (governor, p33, why) in new[]
        {
            (false, false, "missing_both"), (true, false, "missing_p33"), (false, true, "missing_governor"), (true, true, ""),
        })
        {
            var mark = Gate.Mark;
            var result = await Run(row.Spec.Name, governor, p33);

            Assert.Equal(why.Length == 0 ? ("True", "") : ("False", "permit_timeout_or_missing:" + why), (result["executed"], result["error"]));
            Assert.Equal(why.Length == 0 ? 1 : 0, Fleet.Orders().Count);
            Assert.Equal(1, Gate.Lines.Skip(mark).Count(line => line.Contains("[PERMIT_WAIT]", StringComparison.Ordinal)));
        }

        var order = Assert.Single(Fleet.Orders());
        Assert.Equal(("true", Math.Abs(row.State.Amount)), (order.Request!.ReduceOnly, order.Quantity));
        Assert.Equal(0, Fleet.OpenPositions().Count(p => p.Spec.Name == row.Spec.Name));
        var blocked = Gate.Lines.Where(line => line.Contains("[PERMIT_WAIT] BLOCK", StringComparison.Ordinal)).ToList();
        Assert.All(blocked, line => Assert.InRange(int.Parse(Regex.Match(line, @"wait_ms=(\d+)").Groups[1].Value, null), 1200, 1350));
        var figures = await Fleet.Get(Role.ApplyLayer, "/metrics");
        Assert.Contains("apply_executed_total{status=\"success\"} 1", figures, StringComparison.Ordinal);
        Assert.Contains("apply_executed_total{status=\"kill_switch\"} 0", figures, StringComparison.Ordinal);
        Assert.Contains("apply_plan_processed_total{decision=\"EXECUTE\"} 4", figures, StringComparison.Ordinal);
        Assert.Contains("p33_permit_allow_total 1", figures, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "A7,A8,A10,A11,A12,A13,A14,A16,A17,A19,A43,X1,X4,X5,X17")]
    public async Task The_switch_stops_what_waits_and_its_value_is_nobody_elses()
    {
        var row = Fleet.OpenPositions()[0];
        var mark = Gate.Mark;
        var waiting = await Send(row.Spec.Name);
        await Fleet.Console.Text("SET", RedisKeys.KillSwitch, "true");
        await Fleet.Said(Gate, "[KILL_SWITCH] Execution halted - kill switch is ACTIVE", mark, TimeSpan.FromMilliseconds(1000));
        await Permit(waiting);
        var stopped = await Result(waiting);

        Assert.Equal(("False", "True", "kill_switch_active"), (stopped["executed"], stopped["would_execute"], stopped["error"]));
        Assert.Equal("2", await Fleet.Console.Text("EXISTS", RedisKeys.Permit + waiting, RedisKeys.PositionStatePermit + waiting));
        Assert.Equal("0", await Fleet.Console.Text("EXISTS", RedisKeys.PlanTaken + waiting));
        await Gate.Kill();
        Gate = Start();
        await Ready(Gate);
        Assert.Equal("true", await Fleet.Console.Text("GET", RedisKeys.KillSwitch));
        var open = await Send(row.Spec.Name, "OPEN_LONG", ("qty", "1"), ("kill_score", "0.1"), ("reduceOnly", "false"));
        Assert.Equal("kill_switch_active", (await Result(open))["error"]);
        Assert.Empty(Fleet.Orders());

        await Fleet.Console.Text("SET", RedisKeys.KillSwitch, "false");
        Assert.Equal("True", (await Run(row.Spec.Name))["executed"]);
        Assert.Equal("false", await Fleet.Console.Text("GET", RedisKeys.KillSwitch));
        await Fleet.Console.Text("DEL", RedisKeys.KillSwitch);
        Assert.Equal("True", (await Run(Fleet.OpenPositions()[0].Spec.Name))["executed"]);
    }

    [Fact]
    [Trait("rule", "S8")]
    [Trait("covers", "A45,X13")]
    public async Task S8_two_gates_and_every_plan_twice_are_one_order_each()
    {
        var other = Start("g2", Fleet.AnotherPortOffset());
        await Fleet.Said(other, Production);
        var names = Fleet.OpenPositions().Select(p => p.Spec.Name).ToList();
        var ids = new List<string>();
        foreach (var name in names)
        {
            var id = NextId();
            await Permit(id);
            await Add(id, name, "FULL_CLOSE_PROPOSED");
            await Add(id, name, "FULL_CLOSE_PROPOSED");
            ids.Add(id);
        }

        foreach (var id in ids)
        {
            await Fleet.Until("both entries to be answered", async () => (await Results(id)).Count == 2);
            Assert.Single(await Results(id), r => r["executed"] == "True");
            Assert.Single(await Results(id), r => r["error"] == "duplicate_plan");
        }

        Assert.Equal(names.Count, Fleet.Orders().Count);
        Assert.Empty(Fleet.OpenPositions());
        await Fleet.Until("nothing to be pending", async () =>
            (await Fleet.Console.Do("XPENDING", RedisKeys.Plans, RedisKeys.GateGroup)).Items[0].TryInteger(out var n) && n == 0);
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData("-1007-executed", "True", "")]
    [InlineData("reset-executed", "True", "")]
    public async Task S8_an_unknown_outcome_is_said_and_corrected_and_nothing_is_sent_twice(string fault, string executed, string error)
    {
        Fleet.Exchange.Faults.Add($"order:*:{fault}:count=1");
        var row = Fleet.OpenPositions()[0];
        var id = await Send(row.Spec.Name);
        await Permit(id);
        await Fleet.Until("two results", async () => (await Results(id)).Count == 2);
        var results = await Results(id);

        Assert.Equal(("False", "outcome_unknown"), (results[0]["executed"], results[0]["error"]));
        Assert.Equal((executed, error), (results[1]["executed"], results[1]["error"]));
        Assert.Single(Fleet.Orders());
    }

    [Fact]
    [Trait("rule", "S10")]
    [Trait("rule", "S8")]
    public async Task S10_a_gate_killed_with_an_order_under_way_finishes_it_in_its_next_life()
    {
        // Long enough to kill it in between, and short enough for a position read that counts for a second.
        Fleet.Exchange.LatencyMs = 400;
        var row = Fleet.OpenPositions()[0];
        var id = NextId();
        await Permit(id);
        await Add(id, row.Spec.Name, "FULL_CLOSE_PROPOSED");
        await Fleet.Until("the plan to be taken", async () => await Fleet.Console.Text("EXISTS", RedisKeys.PlanTaken + id) == "1");
        await Fleet.Said(Gate, "[PERMIT_WAIT] OK plan=" + id);
        await Fleet.Until("the order to leave", async () =>
            await Fleet.Console.Text("HGET", RedisKeys.Gates, "g1") is { } text && text.EndsWith(":1", StringComparison.Ordinal)
            || Fleet.Orders().Count > 0);
        await Gate.Kill();
        Fleet.Exchange.LatencyMs = 0;
        Gate = Start();

        var result = await Result(id);

        Assert.True(Fleet.Orders().Count <= 1);
        Assert.Equal(Fleet.Orders().Count == 1 ? "True" : "False", result["executed"]);
    }

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "A15,X2,X20,X28")]
    public async Task S1_Redis_killed_or_frozen_during_the_wait_is_no_order_and_still_a_result()
    {
        var name = Fleet.OpenPositions()[0].Spec.Name;
        var first = await Send(name);
        var mark = Gate.Mark;
        await Fleet.Redis.Kill();
        // Once when it is missed, and once when the plan's wait is over.
        await Fleet.Until("the wait to end", () =>
            Gate.Lines.Skip(mark).Count(line => line.Contains("[KILL_SWITCH] Error checking kill switch", StringComparison.Ordinal)) >= 2);
        await Fleet.Redis.Restart();
        Assert.Equal("kill_switch_unavailable", (await Result(first))["error"]);
        var second = await Send(name);
        mark = Gate.Mark;
        await Fleet.Redis.Freeze();
        await Fleet.Said(Gate, "[KILL_SWITCH] Error checking kill switch", mark);
        await Fleet.Redis.Thaw();
        Assert.Equal("False", (await Result(second))["executed"]);
        Assert.Empty(Fleet.Orders());

        Assert.Equal("True", (await Run(name))["executed"]);
    }

    [Theory]
    [Trait("covers", "X6,X7,X8,X12")]
    [InlineData("garbage", P33, "invalid_governor_permit_format")]
    [InlineData("{\"granted\":false}", P33, "governor_permit_not_granted")]
    [InlineData(Governor, "{\"allow\":\"true\",\"safe_close_qty\":1}", "invalid_p33_permit_format")]
    [InlineData(Governor, "{\"allow\":true,\"symbol\":\"NOSUCHUSDT\",\"safe_close_qty\":5}", "p33_permit_mismatch")]
    public async Task A_permit_that_is_none_stays_where_it_is(string governor, string p33, string error)
    {
        var id = NextId();
        await Permit(id, governor, p33);
        await Add(id, Fleet.OpenPositions()[0].Spec.Name, "FULL_CLOSE_PROPOSED");

        Assert.Equal(error, (await Result(id))["error"]);
        Assert.Equal("2", await Fleet.Console.Text("EXISTS", RedisKeys.Permit + id, RedisKeys.PositionStatePermit + id));
        Assert.Empty(Fleet.Orders());
    }

    [Fact]
    [Trait("covers", "A1,A3,A4,A18,A24,A37,X3,X24")]
    public async Task Modes_and_times_change_by_the_env_file_and_a_restart()
    {
        var names = Fleet.OpenPositions().Select(p => p.Spec.Name).ToList();
        await Gate.Kill();
        Directory.CreateDirectory(Fleet.Scratch("etc"));
        var file = Fleet.Scratch("etc/apply-layer.env");
        await File.WriteAllTextAsync(file, "TESTNET=false\nAPPLY_PERMIT_WAIT_MS=2000\nAPPLY_PERMIT_STEP_MS=50\n");
        Gate = Start("g1", null, new Dictionary<string, string?> { ["TESTNET"] = null });
        await Ready(Gate);
        var late = await Send(names[0]);
        await Fleet.Until("the wait to be older than its old limit", async () =>
            await Fleet.Console.LastId(RedisKeys.Plans) is { } at && Fleet.NowMs() - long.Parse(at.Split('-')[0], null) > 1500);
        await Permit(late);
        Assert.Equal("True", (await Result(late))["executed"]);

        await File.AppendAllTextAsync(file, "TESTNET=true\n");
        Assert.Equal("permit_timeout_or_missing:missing_both", (await Result(await Send(names[1])))["error"]);
        await Gate.Kill();
        Gate = Start("g1", null, new Dictionary<string, string?> { ["TESTNET"] = null });
        await Fleet.Said(Gate, "TESTNET MODE ENABLED");
        Assert.DoesNotContain(Gate.Lines, line => line.Contains("PRODUCTION", StringComparison.Ordinal));
        Assert.Equal("True", (await Result(await Send(names[1])))["executed"]);
        Assert.Contains(
            "apply_executed_total{status=\"testnet_bypass\"} 1", await Fleet.Get(Role.ApplyLayer, "/metrics"), StringComparison.Ordinal);
        await Fleet.Console.Text("SET", RedisKeys.KillSwitch, "true");
        Assert.Equal("kill_switch_active", (await Result(await Send(names[2])))["error"]);
        Assert.Equal(2, Fleet.Orders().Count);
    }

    [Fact]
    [Trait("rule", "S6")]
    [Trait("covers", "E19")]
    public async Task S6_an_open_needs_a_live_brain_an_open_gate_and_no_stop()
    {
        var spec = Fleet.Exchange.Engine.Symbols.First(s => Fleet.OpenPositions().All(p => p.Spec.Name != s.Name));
        var size = spec.FloorToStep(300m / spec.InitialPrice).ToString(CultureInfo.InvariantCulture);
        (string, string)[] open = [("qty", size), ("kill_score", "0.1"), ("reduceOnly", "false")];
        Assert.Equal("exit_brain_silent", (await Run(spec.Name, action: "OPEN_LONG", more: open))["error"]);

        Fleet.StartWorker();
        Fleet.StartWatchdog();
        var brain = Fleet.StartBrain();
        await Fleet.Until("the gate to entries to be open", async () =>
            await Fleet.Console.Text("EXISTS", RedisKeys.EntriesGate) == "1" && await Fleet.Console.Text("GET", RedisKeys.EntriesGate) == "open"
            && await Fleet.Console.Text("EXISTS", RedisKeys.EssState) == "1");
        Assert.Equal(("True", ""), Words(await Run(spec.Name, action: "OPEN_LONG", more: open)));

        await Fleet.Console.Do("HSET", RedisKeys.TradingState, "halted", "true");
        Assert.Contains((await Run(spec.Name, action: "OPEN_LONG", more: open))["error"], new[] { "trading_halted", "entries_closed" });
        Assert.Equal("True", (await Run(Fleet.OpenPositions()[0].Spec.Name))["executed"]);
        await Fleet.Console.Do("DEL", RedisKeys.TradingState);
        await brain.Freeze();
        await Fleet.Until("the brain to be missed", async () =>
            (await Run(spec.Name, action: "OPEN_LONG", more: open))["error"] is "exit_brain_silent" or "entries_closed" or "trading_halted");
    }

    private static (string, string) Words(StreamRow row) => (row["executed"], row["error"]);

    private NodeProcess Start(string name = "g1", int? offset = null, IReadOnlyDictionary<string, string?>? environment = null) =>
        Fleet.StartNode(
            name, offset is { } o
                ? ["--roles", "apply-layer", "--port-offset", o.ToString(CultureInfo.InvariantCulture)]
                : ["--roles", "apply-layer"], environment);

    private Task Ready(NodeProcess gate) => Fleet.Said(gate, Production);

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"{++plans:x16}");

    private async Task<string> Send(string symbol, string action = "FULL_CLOSE_PROPOSED", params (string, string)[] more)
    {
        var id = NextId();
        await Add(id, symbol, action, more);
        return id;
    }

    private Task Add(string id, string symbol, string action, params (string, string)[] more) => Fleet.Console.Add(
        RedisKeys.Plans, [("plan_id", id), ("symbol", symbol), ("decision", "EXECUTE"), ("action", action), .. more]);

    private async Task Permit(string id, string? governor = Governor, string? p33 = P33)
    {
        foreach (var (key, text) in new[] { (RedisKeys.Permit + id, governor), (RedisKeys.PositionStatePermit + id, p33) })
        {
            if (text is not null)
            {
                await Fleet.Console.Text("SETEX", key, "60", text);
            }
        }
    }

    /// <summary>Permits first, then the plan, then its result.</summary>
    private async Task<StreamRow> Run(
        string symbol, bool governor = true, bool p33 = true, string action = "FULL_CLOSE_PROPOSED", (string, string)[]? more = null)
    {
        var id = NextId();
        await Permit(id, governor ? Governor : null, p33 ? P33 : null);
        await Add(id, symbol, action, more ?? []);
        return await Result(id);
    }

    private async Task<StreamRow> Result(string id) => await Fleet.Come(
        $"a result of plan {id}", async () => await Results(id) is [.., var last] ? last : null);

    private async Task<IReadOnlyList<StreamRow>> Results(string id) =>
        [.. (await Fleet.Console.Stream(RedisKeys.PlanResults)).Where(row => row["plan_id"] == id)];
}
