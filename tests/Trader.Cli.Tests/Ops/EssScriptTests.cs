using System.Runtime.Versioning;
using Trader.Testing;
using Xunit;

namespace Trader.Cli.Tests.Ops;

/// <summary>
/// The emergency stop's controller, really run, with stand-ins for systemctl, logger and redis-cli: the documented lines, and that nothing
/// that is missing, hangs, fails or goes away keeps it from stopping (flatten contract 4a, D-E4 to D-E12).
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class EssScriptTests : IDisposable
{
    private const string Rule = "═══════════════════════════════════════════════════";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trader-ess-");

    public EssScriptTests()
    {
        foreach (var name in new[] { "bin", "active", "enabled", "ours", "stuck" })
        {
            _folder.CreateSubdirectory(name);
        }

        var at = _folder.FullName;
        Stub("systemctl", $$"""
            echo "$@" >>{{at}}/calls
            case $1 in
              is-active) [[ -e {{at}}/active/$2 ]] && echo active || { echo inactive; exit 3; } ;;
              is-enabled) [[ -e {{at}}/enabled/$2 ]] && echo enabled || { echo disabled; exit 1; } ;;
              show) [[ -e {{at}}/ours/${!#} ]] && echo '{ path=/opt/quantum/trader/Trader.Node }' || echo '{ path=/usr/bin/python3 }' ;;
              stop) [[ -e {{at}}/stuck/$2 ]] && exit 1; rm -f {{at}}/active/$2 ;;
              start) touch {{at}}/active/$2 ;;
            esac
            """);
        Stub("logger", $"""echo "$@" >>{at}/syslog""");
        Stub("redis-cli", "exit 1");
    }

    private string RunDir => Path.Combine(_folder.FullName, "run", "quantum");

    private string Latch => Path.Combine(RunDir, "ESS_ON");

    [Fact]
    [Trait("covers", "F19,D-E13")]
    public async Task F19_activate_and_deactivate_say_what_the_documents_show()
    {
        Mark("active", "quantum-execution", "quantum-governor");
        Mark("ours", "quantum-governor");
        Mark("enabled", "quantum-execution");
        var on = await Run("activate");
        Assert.Equal(0, on.Code);
        Assert.Equal(
            [
                Rule, "  EMERGENCY STOP SYSTEM (ESS) ACTIVATION", Rule,
                "[ESS AUDIT] ESS ACTIVATION INITIATED",
                $"[ESS AUDIT] ESS LATCH FLAG SET: {Latch}",
                "► Stopping critical trading services...",
                "  • quantum-ai-engine (not running)",
                "  • Stopping quantum-execution...",
                "[ESS AUDIT] ESS STOPPED SERVICE: quantum-execution",
                "  • quantum-apply-layer (not running)",
                "  • quantum-governor (stays up: refuses entries by itself)",
                "✓ ESS ACTIVATED",
                "  All trading operations STOPPED",
                "  Monitoring services remain active",
                $"To deactivate: {Script} deactivate",
                "[ESS AUDIT] ESS ACTIVATION COMPLETE",
            ],
            Lines(on.Output));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$", await File.ReadAllTextAsync(Latch));
        Assert.Contains("by=ann\nreason=odd fills\n", await File.ReadAllTextAsync(Latch + ".note"), StringComparison.Ordinal);
        Assert.Contains("-t quantum-ess -p user.crit", await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "syslog")), StringComparison.Ordinal);

        var off = await Run("deactivate");
        Assert.Equal(0, off.Code);
        Assert.Equal(
            [
                Rule, "  EMERGENCY STOP SYSTEM (ESS) DEACTIVATION", Rule,
                "[ESS AUDIT] ESS DEACTIVATION INITIATED",
                "[ESS AUDIT] ESS LATCH FLAG REMOVED",
                "► Starting trading services...",
                "  • quantum-ai-engine (disabled, skipping)",
                "  • Starting quantum-execution...",
                "[ESS AUDIT] ESS RESTARTED SERVICE: quantum-execution",
                "  • quantum-apply-layer (disabled, skipping)",
                "  • quantum-governor (already running)",
                "✓ ESS DEACTIVATED",
                "  Trading operations RESUMED",
                "[ESS AUDIT] ESS DEACTIVATION COMPLETE",
            ],
            Lines(off.Output));
        Assert.False(File.Exists(Latch));
        Assert.Contains("by=ann\n", await File.ReadAllTextAsync(Path.Combine(RunDir, "ESS_OFF")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "F31")]
    public async Task Status_is_the_default_and_touches_nothing()
    {
        Mark("active", "prometheus");
        var inactive = await Run();
        Assert.Equal(0, inactive.Code);
        Assert.Contains("ESS Status: INACTIVE", inactive.Output, StringComparison.Ordinal);
        Assert.Contains("  • quantum-governor: STOPPED\n", inactive.Output, StringComparison.Ordinal);
        Assert.Contains("Monitoring Services:\n", inactive.Output, StringComparison.Ordinal);
        Assert.Contains("  • prometheus: RUNNING\n", inactive.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(RunDir));

        await Run("activate");
        var active = await Run("status");
        Assert.Contains("ESS Status: ACTIVE\n", active.Output, StringComparison.Ordinal);
        Assert.Contains($"Flag file: {Latch}\n", active.Output, StringComparison.Ordinal);
        Assert.Matches(@"Activated: \d{4}-\d\d-\d\dT", active.Output);
        Assert.Contains("Reason: odd fills", active.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', active.Output);
    }

    [Fact]
    public async Task Twice_is_once_and_a_wrong_word_is_told_so()
    {
        Assert.Equal((0, "⚠  ESS not active\n"), await Short("deactivate"));
        await Run("activate");
        Assert.Equal(AlreadyActive, await Short("activate"));
        var wrong = await Run("explode");
        Assert.Equal((1, $"Usage: {Script} {{activate|deactivate|status}}\n"), (wrong.Code, wrong.Output));
    }

    [Fact]
    [Trait("covers", "D-E5")]
    public async Task S4_a_reader_that_goes_away_leaves_nothing_half_done()
    {
        Mark("active", "quantum-ai-engine", "quantum-execution", "quantum-apply-layer");
        var (code, output, error) = await Shell.RunAsync(
            "bash", ["-c", "set -o pipefail; \"$0\" activate | head -n 1", Script], Environment, Path.Combine(_folder.FullName, "bin"));
        Assert.True(code == 0, error);
        Assert.Equal(Rule, output.TrimEnd());

        // head was gone after one line; the script went on behind it.
        await Eventually.Come("the last service's stop", () => Task.FromResult(
            Directory.GetFiles(Path.Combine(_folder.FullName, "active")).Length == 0 ? "" : null));
        Assert.True(File.Exists(Latch));
    }

    [Theory]
    [InlineData("logger", "exit 1")]
    [InlineData("logger", "sleep 300")]
    [InlineData("redis-cli", "sleep 300")]
    [InlineData("systemctl", "sleep 300")]
    [Trait("covers", "D-E4,D-E7,D-E12")]
    public async Task S4_nothing_that_fails_or_hangs_keeps_it_from_stopping(string tool, string body)
    {
        Stub(tool, body);
        var run = Run("activate");
        await Eventually.Come("the latch, before whatever hangs", () => Task.FromResult(File.Exists(Latch) ? "" : null));
        var on = await run;
        Assert.Equal(0, on.Code);
        Assert.Contains("✓ ESS ACTIVATED\n", on.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "D-E6")]
    public async Task A_service_that_did_not_stop_is_not_reported_as_stopped()
    {
        Mark("active", "quantum-ai-engine");
        Mark("stuck", "quantum-ai-engine");
        var on = await Run("activate");
        Assert.Equal(0, on.Code);
        Assert.Contains("WARNING: Failed to stop quantum-ai-engine\n", on.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ESS STOPPED SERVICE", on.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S1_a_latch_that_cannot_be_written_is_an_error()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "run"), "in the way");
        var on = await Run("activate");
        Assert.Equal(1, on.Code);
        Assert.Contains("could not be written", on.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("✓", on.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_latch_of_any_kind_is_one_and_goes()
    {
        Directory.CreateDirectory(Latch);
        Assert.Equal(AlreadyActive, await Short("activate"));
        Assert.Equal(0, (await Run("deactivate")).Code);
        Assert.False(Directory.Exists(Latch));

        File.CreateSymbolicLink(Latch, Path.Combine(RunDir, "nowhere"));
        Assert.Equal(AlreadyActive, await Short("activate"));
        Assert.Equal(0, (await Run("deactivate")).Code);
        Assert.Null(new FileInfo(Latch).LinkTarget);

        Directory.CreateDirectory(Path.Combine(Latch, "inner"));
        var kept = await Run("deactivate");
        Assert.Equal(1, kept.Code);
        Assert.Contains("still active", kept.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(RunDir, "ESS_OFF")));
    }

    [Fact]
    public async Task Redis_is_told_where_it_answers()
    {
        await using var server = await RedisServer.Start();
        await using var console = RedisConsole.Open(server.Url);
        File.Delete(Path.Combine(_folder.FullName, "bin", "redis-cli"));
        var url = new Dictionary<string, string> { ["REDIS_URL"] = server.Url };
        var on = await Run(url, "activate");
        Assert.Contains("[ESS AUDIT] ESS REDIS MARKER SET\n", on.Output, StringComparison.Ordinal);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT", await console.Text("GET", Trader.Messages.RedisKeys.EssActive));
        var off = await Run(url, "deactivate");
        Assert.Contains("[ESS AUDIT] ESS REDIS MARKER CLEARED\n", off.Output, StringComparison.Ordinal);
        Assert.Equal("0", await console.Text("EXISTS", Trader.Messages.RedisKeys.EssActive));
    }

    [Fact]
    public async Task S1_a_standing_latch_still_stops_the_services_and_sets_the_marker()
    {
        Redis("");
        Directory.CreateDirectory(RunDir);
        await File.WriteAllTextAsync(Latch, "");
        Mark("active", "quantum-execution");
        var on = await Run("activate");
        Assert.Equal(0, on.Code);
        Assert.Contains("⚠  ESS already active\n", on.Output, StringComparison.Ordinal);
        Assert.Contains("[ESS AUDIT] ESS STOPPED SERVICE: quantum-execution\n", on.Output, StringComparison.Ordinal);
        Assert.Contains("SET " + Trader.Messages.RedisKeys.EssActive, await Asked(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S14_services_start_only_when_the_owner_has_let_go(bool latchesAgain)
    {
        // A heard owner that says active at first; then it is clear, or it has latched again.
        Redis($$"""
            if [[ $* == *"GET {{Trader.Messages.RedisKeys.EssState}}" ]]; then
              echo x >>{{_folder.FullName}}/looks
              if (($(wc -l <{{_folder.FullName}}/looks) < 15)); then echo 'active:API'; exit; fi
              if [[ -n '{{(latchesAgain ? "yes" : "")}}' ]]; then echo again >{{Latch}}; echo 'active:API'; else echo clear; fi
            fi
            """);
        Directory.CreateDirectory(RunDir);
        await File.WriteAllTextAsync(Latch, "");
        Mark("enabled", "quantum-execution");
        var off = await Run("deactivate");
        Assert.Equal(latchesAgain ? 1 : 0, off.Code);
        Assert.Equal(!latchesAgain, File.Exists(Path.Combine(_folder.FullName, "active", "quantum-execution.service")));
        Assert.Equal(!latchesAgain, off.Output.Contains("✓ ESS DEACTIVATED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task S14_an_owner_that_stays_active_is_no_success()
    {
        Redis($"""[[ $* == *"GET {Trader.Messages.RedisKeys.EssState}" ]] && echo 'active:memory cannot be written'""");
        Directory.CreateDirectory(RunDir);
        await File.WriteAllTextAsync(Latch, "");
        Mark("enabled", "quantum-execution");
        var off = await Run("deactivate");
        Assert.Equal(1, off.Code);
        Assert.Contains("memory cannot be written", off.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "active", "quantum-execution.service")));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Script => Path.Combine(Repository.Root, "ops", "ess_controller.sh");

    /// <summary>The documented line first; then the services, which a stop by touch has not stopped.</summary>
    private static (int, string) AlreadyActive => (0, string.Join(
        '\n',
        "⚠  ESS already active",
        "► Stopping critical trading services...",
        "  • quantum-ai-engine (not running)",
        "  • quantum-execution (not running)",
        "  • quantum-apply-layer (not running)",
        "  • quantum-governor (not running)",
        ""));

    private Dictionary<string, string> Environment => new()
    {
        ["QUANTUM_RUN_DIR"] = RunDir,
        ["ESS_BY"] = "ann",
        ["ESS_REASON"] = "odd fills",
        ["REDIS_URL"] = "",
    };

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    private async Task<(int Code, string Output)> Short(string verb) => await Run(verb) is var run ? (run.Code, run.Output) : default;

    private Task<(int Code, string Output, string Error)> Run(params string[] arguments) => Run([], arguments);

    private Task<(int Code, string Output, string Error)> Run(Dictionary<string, string> more, params string[] arguments)
    {
        var environment = Environment;
        foreach (var (name, value) in more)
        {
            environment[name] = value;
        }

        return Shell.RunAsync(Script, arguments, environment, Path.Combine(_folder.FullName, "bin"));
    }

    /// <summary>A Redis that answers, notes what it is asked, and says more where the test needs it.</summary>
    private void Redis(string more) => Stub("redis-cli", $$"""
        echo "$@" >>{{_folder.FullName}}/asked
        [[ $* == *ping ]] && echo PONG
        [[ $* == *SET* ]] && echo OK
        {{more}}
        exit 0
        """);

    private Task<string> Asked() => File.ReadAllTextAsync(Path.Combine(_folder.FullName, "asked"));

    private void Mark(string what, params string[] services)
    {
        foreach (var service in services)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, what, service + ".service"), "");
        }
    }

    private void Stub(string name, string body)
    {
        var file = Path.Combine(_folder.FullName, "bin", name);
        File.WriteAllText(file, $"#!/usr/bin/env bash\n{body}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
