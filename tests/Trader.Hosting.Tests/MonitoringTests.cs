using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Trader.Hosting.Configuration;
using Trader.Hosting.Metrics;
using Trader.Hosting.Node;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>
/// What is shipped for Prometheus and Grafana, judged by Prometheus' own tool and held against the figures that the roles define: an alert on a figure
/// that nobody exports never fires (X33).
/// </summary>
public sealed partial class MonitoringTests
{
    private static string Prometheus => Path.Combine(Root(), "ops", "prometheus");

    private static string[] RuleFiles => Directory.GetFiles(Path.Combine(Prometheus, "rules"), "*.yml");

    private static string[] RuleTests => Directory.GetFiles(Path.Combine(Prometheus, "tests"), "*.yml");

    [Fact]
    [Trait("covers", "A28,A30")]
    public async Task A30_promtool_takes_configuration_and_rules_and_every_alert_fires_and_clears()
    {
        await PromtoolAsync(["check", "config", Path.Combine(Prometheus, "prometheus.yml")]);
        await PromtoolAsync(["check", "rules", .. RuleFiles]);
        var said = await PromtoolAsync(["test", "rules", .. RuleTests]);

        Assert.Equal(RuleTests.Length, Regex.Count(said, "SUCCESS"));
    }

    [Fact]
    [Trait("covers", "A30")]
    public void A30_every_alert_has_a_case_that_fires_and_one_that_does_not()
    {
        var alerts = RuleFiles.SelectMany(f => Regex.Matches(File.ReadAllText(f), @"(?m)^ +- alert: (\w+)").Select(m => m.Groups[1].Value)).ToList();
        var cases = RuleTests.SelectMany(f => Regex.Matches(File.ReadAllText(f), @"- alertname: (\w+)\n +eval_time: \S+\n +exp_alerts:( \[\])?")).ToList();

        Assert.Contains("P33DenyRateHigh", alerts);
        Assert.Contains("ExecutionFailureSpike", alerts);
        Assert.Contains("PermitWaitTimeout", alerts);
        foreach (var alert in alerts)
        {
            var own = cases.Where(c => c.Groups[1].Value == alert).Select(c => c.Groups[2].Success).ToList();
            Assert.True(own.Contains(false), $"{alert} is never seen to fire");
            // The last word of a case is silence: what cannot clear is switched off by those it wakes.
            Assert.True(own.Count > 1 && own[^1], $"{alert} is never seen to clear");
        }
    }

    [Fact]
    [Trait("covers", "A28")]
    public void A28_the_documented_job_and_every_role_are_scraped_where_they_listen_by_default()
    {
        var text = File.ReadAllText(Path.Combine(Prometheus, "prometheus.yml"));
        Assert.Equal(2, Regex.Count(text, @"(?m)^  (scrape|evaluation)_interval: 15s$"));
        Assert.Matches(@"job_name: 'quantum-apply-layer'\n +static_configs:\n +- targets: \['localhost:8000'\]\n +labels:\n +service: apply_layer\n", text);

        var ports = SettingsLoader.Load(new SettingsSources(
            Path.Combine(Root(), "akka.hocon"), null, new Dictionary<string, string> { ["QUANTUM_ETC_DIR"] = "/dev/null" })).Settings!.Ports;
        var scraped = Regex.Matches(text, @"localhost:(\d+)").Select(m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(ports.Values.Order(), scraped.Order());
    }

    [Fact]
    [Trait("covers", "A31,X33")]
    public void X33_every_figure_in_rules_and_dashboard_is_one_that_a_role_defines()
    {
        var defined = NodeMetrics.Definitions.Concat(RoleNames.All.SelectMany(role => Wiring.Module(role).Metrics))
            .Select(d => d.Name).Append("up").ToHashSet(StringComparer.Ordinal);
        var asked = RuleFiles.SelectMany(Expressions).Concat(Panels().SelectMany(p => p.Expressions)).SelectMany(Figures).Distinct().ToList();

        Assert.True(asked.Count > 10, string.Join(' ', asked));
        Assert.Equal("", string.Join(' ', asked.Except(defined)));
    }

    [Fact]
    [Trait("covers", "A31,X33")]
    public async Task A31_every_panel_returns_data_and_the_five_documented_ones_are_there()
    {
        var panels = Panels();
        Assert.Equal(
            ["Execution Success Rate (%)", "P3.3 Deny Reasons", "Permit Wait Time (ms)", "Governor Blocks", "Position Mismatch Duration"],
            panels.Take(5).Select(p => p.Title));
        var folder = Directory.CreateTempSubdirectory("trader-panels-");
        try
        {
            var expressions = panels.SelectMany(p => p.Expressions).Select(e => e.Replace("$__range", "5m", StringComparison.Ordinal)).ToList();
            var rules = Path.Combine(folder.FullName, "panels.yml");
            await File.WriteAllTextAsync(rules, Records(expressions));
            await PromtoolAsync(["check", "rules", rules]);
            var test = Path.Combine(folder.FullName, "data.yml");
            await File.WriteAllTextAsync(test, DataTest(expressions));
            Assert.Contains("SUCCESS", await PromtoolAsync(["test", "rules", test]), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Every expression as a recording rule, which makes promtool parse it.</summary>
    private static string Records(IEnumerable<string> expressions) => "groups:\n  - name: panels\n    rules:\n"
        + string.Concat(expressions.Select((e, i) => $"      - record: panel:{i}\n        expr: '{e}'\n"));

    /// <summary>Counters that grow by one a minute, gauges at one: then every panel shows at least one number.</summary>
    private static string DataTest(IReadOnlyList<string> expressions)
    {
        string[] labels = ["job=\"quantum-apply-layer\"", "instance=\"localhost:8000\""];
        var series = expressions.SelectMany(Figures).Distinct().SelectMany(name => Variants(name).Select(extra =>
            $"      - series: '{name}{{{string.Join(", ", labels.Concat(extra))}}}'\n        values: '{(name.EndsWith("_total", StringComparison.Ordinal) ? "0+1x30" : "1x30")}'\n"));
        var cases = expressions.Select(e =>
            $"      - expr: 'count(({e}) >= 0) >= bool 1'\n        eval_time: 20m\n        exp_samples:\n          - {{labels: '{{}}', value: 1}}\n");
        return "evaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n" + string.Concat(series)
            + "    promql_expr_test:\n" + string.Concat(cases);

        static IEnumerable<string[]> Variants(string name) => name switch
        {
            "apply_plan_processed_total" => [["decision=\"EXECUTE\""], ["decision=\"HOLD\""]],
            "apply_executed_total" => [["status=\"success\""], ["status=\"kill_switch\""]],
            _ when name.EndsWith("_total", StringComparison.Ordinal) => [["reason=\"a\""], ["reason=\"b\""]],
            _ => [[]],
        };
    }

    private static IEnumerable<string> Expressions(string ruleFile) =>
        Regex.Matches(File.ReadAllText(ruleFile), @"(?m)^        expr: (\|\n((?:          .*\n)+)|.*\n)").Select(m => m.Groups[1].Value.TrimStart('|'));

    private static IReadOnlyList<(string Title, string[] Expressions)> Panels()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "ops", "grafana", "dashboards", "trader.json")));
        return dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.TryGetProperty("targets", out _)).Select(p => (
            p.GetProperty("title").GetString()!,
            p.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("expr").GetString()!).ToArray())).ToList();
    }

    /// <summary>Names of figures in an expression: what is no function, no label and no keyword.</summary>
    private static IEnumerable<string> Figures(string expression)
    {
        var bare = Regex.Replace(expression, @"\{[^}]*\}|\[[^\]]*\]|\b(by|on|without|ignoring) *\([^)]*\)|""[^""]*""", " ");
        return Name().Matches(bare).Select(m => m.Value).Where(n => n is not ("or" or "and" or "unless" or "offset" or "bool")).Distinct();
    }

    [GeneratedRegex(@"(?<![\w.$])[a-zA-Z_]\w*(?!\w)(?! *\()")]
    private static partial Regex Name();

    private static async Task<string> PromtoolAsync(string[] arguments)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("promtool", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
                ?? throw new InvalidOperationException("promtool did not start");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("promtool is missing: apt-get update && apt-get install prometheus", e);
        }

        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var said = await process.StandardOutput.ReadToEndAsync() + await error;
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, said);
            return said;
        }
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Trader.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Trader.sln above the test assembly");
        }

        return folder;
    }
}
