using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>The emergency stop in a real process: by hand, by Redis, by HTTP, by the account's loss; and what ends it.</summary>
public sealed class EssScenarios
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private static readonly FleetOptions Options = new()
    {
        Paper = new PaperOptions { Symbols = 20, Positions = 0, WarmUp = true },
        Settings = "trader.ess.read-every = 1s",
        Redis = new RedisServerOptions { Durable = true },
    };

    [Fact]
    [Trait("covers", "D-E1,D-E2,F4,F21,F32")]
    public async Task S1_a_touch_alone_stops_entries_within_a_second_and_its_removal_resumes()
    {
        await using var fleet = await Start();
        List<double> took = [];
        for (var round = 0; round < 3; round++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await File.WriteAllTextAsync(Latch(fleet), "");
            await Says(fleet, "active:");
            took.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            var status = await Status(fleet);
            Assert.True(status.GetProperty("active").GetBoolean());
            Assert.Equal("file", status.GetProperty("source").GetString());
            Assert.NotEqual("", await fleet.Console.Text("GET", RedisKeys.EssActive));
            File.Delete(Latch(fleet));
            await Says(fleet, RedisKeys.EssClear);
            Assert.Equal("0", await fleet.Console.Text("EXISTS", RedisKeys.EssActive));
        }

        // A loaded machine may lose a round; all three lost is not the machine.
        Assert.True(took.Min() < 1000, string.Join(", ", took));
        Assert.False((await Status(fleet)).GetProperty("active").GetBoolean());
    }

    [Fact]
    [Trait("covers", "D-E8,D-E13,D-E14,F31")]
    public async Task S14_a_stop_by_loss_survives_rm_and_kill_and_reboot_until_a_person_ends_it()
    {
        await using var fleet = await TraderFleet.Start(Options);
        var node = await Owner(fleet);
        await Figures(fleet);
        Lose(fleet, 0.075m);
        await Says(fleet, "active:Daily drawdown 7.");
        await fleet.Until("the latch", () => File.Exists(Latch(fleet)));

        var mark = node.Mark;
        File.Delete(Latch(fleet));
        await fleet.Until("the latch to be back", () => File.Exists(Latch(fleet)));
        await fleet.Said(node, "ess_controller.sh deactivate", mark);

        await node.Kill();
        Directory.Delete(fleet.RunDir, recursive: true);
        await fleet.Until("the state to lapse without its owner", async () => await fleet.Console.Text("EXISTS", RedisKeys.EssState) == "0");
        fleet.StartNode("al", ["--roles", "apply-layer"]);
        await Says(fleet, "active:Daily drawdown 7.");
        await fleet.Until("the latch after the reboot", () => File.Exists(Latch(fleet)));

        var (code, said) = await Controller(fleet, "deactivate");
        Assert.True(code == 0, said);
        await Says(fleet, RedisKeys.EssClear);

        // The loss is still there, and a person has seen it.
        await Figures(fleet);
        Assert.False((await Status(fleet)).GetProperty("active").GetBoolean());
        var history = await Get(fleet, "/api/emergency/history");
        var ended = history.GetProperty("history")[0];
        Assert.Equal(("released", "ann"), (ended.GetProperty("event").GetString(), ended.GetProperty("by").GetString()));
    }

    [Fact]
    [Trait("covers", "D-E18,D-E19")]
    public async Task The_documented_HTTP_interfaces_are_one_stop_behind_a_token()
    {
        await using var fleet = await Start();
        var idle = await Get(fleet, "/api/risk/ess/status");
        Assert.Equal((false, "ARMED", true), (idle.GetProperty("active").GetBoolean(), idle.GetProperty("state").GetString(), idle.GetProperty("can_execute").GetBoolean()));
        Assert.Equal(HttpStatusCode.Unauthorized, (await Post(fleet, "/api/ess/trigger", null, token: false)).Status);
        Assert.False((await Status(fleet)).GetProperty("active").GetBoolean());

        var (status, body) = await Post(fleet, "/api/ess/trigger", """{"reason":"manual_deactivation","by":"ann"}""");
        Assert.Equal((HttpStatusCode.OK, "triggered", "TRIPPED"), (status, body.GetProperty("status").GetString(), body.GetProperty("new_state").GetString()));
        Assert.True(File.Exists(Latch(fleet)));
        foreach (var path in new[] { "/api/risk/ess/status", "/api/ess/status", "/api/emergency/status" })
        {
            var active = await Get(fleet, path);
            Assert.Equal((true, "manual_deactivation"), (active.GetProperty("active").GetBoolean(), active.GetProperty("reason").GetString()));
            Assert.Equal("ann", active.GetProperty("triggered_by").GetString());
        }

        Assert.Equal(HttpStatusCode.OK, (await Post(fleet, "/api/emergency/reset?reset_by=bob", null)).Status);
        Assert.False(File.Exists(Latch(fleet)));
        var (again, why) = await Post(fleet, "/api/emergency/reset?reset_by=bob", null);
        Assert.Equal((HttpStatusCode.BadRequest, "ESS is not active"), (again, why.GetProperty("detail").GetString()));

        Assert.Equal(HttpStatusCode.BadRequest, (await Post(fleet, "/api/risk/ess/override", """{"new_state":"CAUTION"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Post(fleet, "/api/risk/ess/override", """{"new_state":"CRITICAL","reason":"x"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Post(fleet, "/api/risk/ess/override", """{"new_state":"NORMAL"}""")).Status);
        await Says(fleet, RedisKeys.EssClear);
        Assert.Contains(
            "ess_triggers_total{source=\"manual\",via=\"api\"} 2", await fleet.Get(Role.ApplyLayer, "/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "D-E9")]
    public async Task A_marker_that_an_operator_sets_is_a_stop_and_its_deletion_ends_it()
    {
        await using var fleet = await Start();
        await fleet.Console.Do("SET", RedisKeys.EssActive, "1");
        await Says(fleet, "active:manual");
        await fleet.Until("the latch", () => File.Exists(Latch(fleet)));
        await fleet.Until("the marker to be kept", async () => await fleet.Console.Text("EXISTS", RedisKeys.EssWitness) == "1");
        await Figures(fleet);
        await fleet.Console.Do("DEL", RedisKeys.EssActive);
        await Says(fleet, RedisKeys.EssClear);
        Assert.False(File.Exists(Latch(fleet)));
    }

    [Fact]
    [Trait("covers", "D-E12")]
    public async Task S1_without_Redis_the_disk_still_stops_and_Redis_learns_of_it_later()
    {
        await using var fleet = await Start();
        await fleet.Redis.Kill();
        var (code, said) = await Controller(fleet, "activate");
        Assert.True(code == 0, said);
        await fleet.Until("the stop by the latch alone", async () => (await Status(fleet)).GetProperty("active").GetBoolean());
        Assert.Contains("✓ ESS ACTIVATED", said, StringComparison.Ordinal);
        await fleet.Redis.Restart();
        await Says(fleet, "active:drill");
        await fleet.Until("the marker", async () => await fleet.Console.Text("EXISTS", RedisKeys.EssActive) == "1");
        Assert.Equal(0, (await Controller(fleet, "deactivate")).ExitCode);
        await Says(fleet, RedisKeys.EssClear);
    }

    [Fact]
    public async Task S1_started_without_Redis_it_is_active_until_both_memories_have_been_read()
    {
        await using var fleet = await TraderFleet.Start(Options);
        await fleet.Redis.Kill();
        fleet.StartNode("al", ["--roles", "apply-layer"]);
        await fleet.Until("the stop to say what it lacks", async () =>
            await fleet.Get(Role.ApplyLayer, "/api/ess/status") is ['{', ..]
            && (await Status(fleet)).GetProperty("reason").GetString()!.EndsWith("has not been read from Redis", StringComparison.Ordinal));
        Assert.False(File.Exists(Latch(fleet)));
        await fleet.Redis.Restart();
        await Says(fleet, RedisKeys.EssClear);
    }

    [Fact]
    [Trait("covers", "D-E8,D-E15")]
    public async Task S14_a_stop_outlives_the_loss_of_its_whole_disk()
    {
        await using var fleet = await TraderFleet.Start(Options);
        var node = await Owner(fleet);
        Assert.Equal(HttpStatusCode.OK, (await Post(fleet, "/api/ess/activate", """{"reason":"odd fills","by":"ann"}""")).Status);
        // The first equity of the day is an event too: its key says nothing about the stop.
        await fleet.Until("the second memory", async () =>
            (await fleet.Console.Text("ZRANGE", "trader:persistence:journal:persisted:ess-al", "0", "-1"))
            .Contains("ess.stopped", StringComparison.Ordinal));
        await node.Kill();
        Directory.Delete(fleet.RunDir, recursive: true);
        Directory.Delete(fleet.StateDir, recursive: true);
        await fleet.Console.Do("DEL", RedisKeys.EssActive, RedisKeys.EssWitness, RedisKeys.EssState);
        fleet.StartNode("al", ["--roles", "apply-layer"]);
        await Says(fleet, "active:odd fills");
        await fleet.Until("the latch", () => File.Exists(Latch(fleet)));
        Assert.Equal(HttpStatusCode.OK, (await Post(fleet, "/api/ess/reset", """{"by":"bob"}""")).Status);
        await Says(fleet, RedisKeys.EssClear);
    }

    [Fact]
    public async Task A_marker_of_the_stop_that_the_script_ends_at_once_is_no_new_stop()
    {
        await using var fleet = await Start();
        await File.WriteAllTextAsync(Latch(fleet), "");
        await Says(fleet, "active:");

        // As the script sets it when a second turns between latch and marker; the owner looks once a second.
        await fleet.Console.Do("SET", RedisKeys.EssActive, "2026-01-01T00:00:01Z", "EX", "86400");
        var slow = Directory.CreateDirectory(Path.Combine(fleet.RunDir, "slow")).FullName;
        var cli = Path.Combine(slow, "redis-cli");
        await File.WriteAllTextAsync(cli, "#!/bin/bash\nsleep 0.3\nPATH=${PATH#*:} exec redis-cli \"$@\"\n");
        using (var chmod = Process.Start("chmod", ["700", cli]))
        {
            await chmod.WaitForExitAsync().WaitAsync(Eventually.Patience);
        }

        var (code, said) = await Controller(fleet, "deactivate", slow + ":");
        Assert.True(code == 0, said);
        await Says(fleet, RedisKeys.EssClear);
    }

    private static string Latch(TraderFleet fleet) => Path.Combine(fleet.RunDir, "ESS_ON");

    private static async Task<TraderFleet> Start()
    {
        var fleet = await TraderFleet.Start(Options);
        await Owner(fleet);
        return fleet;
    }

    private static async Task<NodeProcess> Owner(TraderFleet fleet)
    {
        var node = fleet.StartNode("al", ["--roles", "apply-layer"]);
        await Says(fleet, RedisKeys.EssClear);
        return node;
    }

    private static Task Says(TraderFleet fleet, string state) => fleet.Until($"{RedisKeys.EssState} to say {state}", async () =>
        (await fleet.Console.Text("GET", RedisKeys.EssState)).StartsWith(state, StringComparison.Ordinal));

    /// <summary>Waits for a reading of the account that began after now.</summary>
    private static async Task Figures(TraderFleet fleet)
    {
        var now = TimeProvider.System.GetUtcNow().AddSeconds(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await fleet.Until("a fresh reading of the account", async () =>
            (await Status(fleet)).GetProperty("metrics").GetProperty("last_updated").GetString() is { } at
            && string.CompareOrdinal(at, now) > 0);
    }

    /// <summary>A position whose loss is this part of the wallet.</summary>
    private static void Lose(TraderFleet fleet, decimal part)
    {
        var engine = fleet.Exchange.Engine;
        var (spec, _, mark) = engine.Markets()[0];
        var amount = spec.FloorToStep(engine.Account().WalletBalance * part / mark * 1.0001m);
        Assert.True(engine.SetPosition(spec.Name, Side.Both, amount, mark * 2));
    }

    private static Task<JsonElement> Status(TraderFleet fleet) => Get(fleet, "/api/ess/status");

    private static async Task<JsonElement> Get(TraderFleet fleet, string path)
    {
        using var json = JsonDocument.Parse(await Http.GetStringAsync(At(fleet, path)));
        return json.RootElement.Clone();
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> Post(TraderFleet fleet, string path, string? body, bool token = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, At(fleet, path));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = token
            ? new("Bearer", (await File.ReadAllTextAsync(Path.Combine(fleet.StateDir, "link.token"))).Trim())
            : null;
        using var answer = await Http.SendAsync(request);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, json.RootElement.Clone());
    }

    private static Uri At(TraderFleet fleet, string path) => new($"http://127.0.0.1:{fleet.Ports[Role.ApplyLayer]}{path}");

    private static async Task<(int ExitCode, string Said)> Controller(TraderFleet fleet, string verb, string pathBefore = "")
    {
        ProcessStartInfo start = new("bash", [TraderFleet.InRepository("ops/ess_controller.sh"), verb])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = pathBefore + start.Environment["PATH"];
        start.Environment["QUANTUM_RUN_DIR"] = fleet.RunDir;
        start.Environment["REDIS_URL"] = fleet.Redis.Url;
        start.Environment["ESS_BY"] = "ann";
        start.Environment["ESS_REASON"] = "drill";
        using var script = Process.Start(start)!;
        var output = script.StandardOutput.ReadToEndAsync();
        var errors = script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync().WaitAsync(Eventually.Patience);
        return (script.ExitCode, await output + await errors);
    }
}
