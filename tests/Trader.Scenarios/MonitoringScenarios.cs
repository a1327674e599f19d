using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>The shipped Prometheus configuration and rules in a real Prometheus, over real roles (apply-layer contract A20, A28, A29, A30).</summary>
public sealed class MonitoringScenarios : IAsyncLifetime
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Queue<string> _said = new();
    private TraderFleet _fleet = null!;
    private Process? _prometheus;
    private int _port;

    public async Task InitializeAsync()
    {
        _fleet = await TraderFleet.Start();
        _fleet.StartNode("gate", ["--roles", "apply-layer"]);
        _fleet.StartNode("governor", ["--roles", "governor"]);
        StartPrometheus();
    }

    public async Task DisposeAsync()
    {
        if (_prometheus is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await _fleet.DisposeAsync();
    }

    [Fact]
    [Trait("covers", "A20,A28,A29,A30")]
    public async Task A28_prometheus_scrapes_the_roles_answers_the_documented_queries_and_sees_the_switches()
    {
        await Fires("up{job=\"quantum-apply-layer\", service=\"apply_layer\"} == 1");
        await Fires("up{job=\"quantum-governor\", service=\"governor\"} == 1");
        Assert.NotEmpty((await _fleet.Get(Role.ApplyLayer, "/metrics")).Split('\n').Take(5));

        await Fires("rate(p33_permit_deny_total[5m])");
        await Fires("rate(apply_executed_total{status='success'}[1h])");
        await Fires("avg(permit_wait_ms)");

        await _fleet.Console.Do("SET", RedisKeys.KillSwitch, "true");
        await Alarms("KillSwitchOn", firing: true);
        await _fleet.Console.Do("SET", RedisKeys.KillSwitch, "false");
        await Alarms("KillSwitchOn", firing: false);

        Directory.CreateDirectory(_fleet.RunDir);
        await File.WriteAllTextAsync(Path.Combine(_fleet.RunDir, "ESS_ON"), "");
        await Alarms("EssActive", firing: true);
    }

    private Task<string> Fires(string query) => _fleet.Come($"data for {query}", async () =>
    {
        using var answer = await Ask("query?query=" + Uri.EscapeDataString(query));
        return answer?.RootElement.GetProperty("data").GetProperty("result") is { } result && result.GetArrayLength() > 0 ? result.GetRawText() : null;
    });

    private Task Alarms(string alert, bool firing) => _fleet.Until($"{alert} to be {(firing ? "firing" : "silent")}; Prometheus: {string.Join('\n', _said)}", async () =>
    {
        using var answer = await Ask("alerts");
        return answer is not null && firing == answer.RootElement.GetProperty("data").GetProperty("alerts").EnumerateArray().Any(a =>
            a.GetProperty("labels").GetProperty("alertname").GetString() == alert && a.GetProperty("state").GetString() == "firing");
    });

    /// <returns>Null while it does not answer.</returns>
    private async Task<JsonDocument?> Ask(string what)
    {
        try
        {
            return JsonDocument.Parse(await Http.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/api/v1/{what}")));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>As shipped, but for the ports, which are this fleet's, and the intervals, which would make a test last minutes.</summary>
    private void StartPrometheus()
    {
        var folder = Directory.CreateDirectory(_fleet.Scratch("prometheus")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "rules"));
        var config = File.ReadAllText(TraderFleet.InRepository("ops/prometheus/prometheus.yml")).Replace("15s", "1s", StringComparison.Ordinal);
        config = Regex.Replace(config, @"localhost:(\d+)", m =>
            $"127.0.0.1:{(int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) + _fleet.PortOffset).ToString(CultureInfo.InvariantCulture)}");
        File.WriteAllText(Path.Combine(folder, "prometheus.yml"), config);
        foreach (var rules in Directory.GetFiles(TraderFleet.InRepository("ops/prometheus/rules")))
        {
            File.WriteAllText(
                Path.Combine(folder, "rules", Path.GetFileName(rules)),
                Regex.Replace(File.ReadAllText(rules), @"interval: \d+s", "interval: 1s"));
        }

        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        var start = new ProcessStartInfo("prometheus",
        [
            $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data",
            $"--web.listen-address=127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}",
        ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        try
        {
            _prometheus = Process.Start(start) ?? throw new InvalidOperationException("prometheus did not start");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("prometheus is missing: apt-get update && apt-get install prometheus", e);
        }

        _prometheus.ErrorDataReceived += (_, line) => Keep(line.Data);
        _prometheus.OutputDataReceived += (_, line) => Keep(line.Data);
        _prometheus.BeginErrorReadLine();
        _prometheus.BeginOutputReadLine();
    }

    private void Keep(string? line)
    {
        lock (_said)
        {
            _said.Enqueue(line ?? "");
            if (_said.Count > 30)
            {
                _said.Dequeue();
            }
        }
    }
}
