using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Trader.Testing;
using Xunit;

namespace Trader.Cli.Tests.Ops;

/// <summary>
/// The proof script and the clean-slate script against a real Redis and stand-ins for the ESS controller, the positions program and the governor,
/// so that each can be made to lie. The real ones: <c>RunbookScenarios</c>.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class ProofScriptTests : IAsyncLifetime
{
    private const string Arm = "quantum:gov:testnet:flatten:arm";
    private const string Held = """{"symbol":"BTCUSDT","side":"Both","amount":"0.002","entryPrice":"1","markPrice":"1","notional":"200.10","unrealizedProfit":"0"}""";
    private const string Done = "[WARNING] TESTNET_FLATTEN done symbols=1 orders=1 errors=0 symbols_seen=674 nonzero=1 above_notional=1 orders_sent=1 orders_ok=1 errors=0";
    private const string More = " residual=0 status=flat skipped=- run=5f0c took_ms=412";

    private static readonly string[] Steps = [.. Enumerable.Range(1, 11).Select(n => $"[STEP {n}]")];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trader-proof-");
    private readonly CancellationTokenSource _stop = new();
    private RedisServer _server = null!;
    private RedisConsole _redis = null!;
    private Task _governing = Task.CompletedTask;

    /// <summary>What the stand-in governor does when it takes the arm key.</summary>
    private Action _flatten = static () => { };

    private string EnvFile => Path.Combine(_folder.FullName, "etc", "governor.env");

    private string Latch => Path.Combine(_folder.FullName, "run", "ESS_ON");

    private string Log => Path.Combine(_folder.FullName, "governor.log");

    public async Task InitializeAsync()
    {
        _server = await RedisServer.Start();
        _redis = RedisConsole.Open(_server.Url);
        Directory.CreateDirectory(Path.GetDirectoryName(EnvFile)!);
        Directory.CreateDirectory(Path.GetDirectoryName(Latch)!);
        File.WriteAllText(EnvFile, "METRICS_PORT=8044\n");
        File.WriteAllText(Log, "");
        Positions(Held);
        // It says more than a pipe holds: a script that stops reading would kill it half-way (D-E5).
        Program("ess_controller.sh", $"""
            echo "$1" >>"$HERE/ess.calls"
            for i in $(seq 5000); do echo "  • line $i of many"; done
            case $1 in
              activate) [[ -e "$HERE/run/ESS_ON" ]] || echo "reason=$ESS_REASON" >"$HERE/run/ESS_ON.note"; touch "$HERE/run/ESS_ON"; echo '✓ ESS ACTIVATED'; echo '  All trading operations STOPPED' ;;
              deactivate) rm -f "$HERE/run/ESS_ON" "$HERE/run/ESS_ON.note"; echo '✓ ESS DEACTIVATED' ;;
            esac
            echo complete >>"$HERE/ess.calls"
            """);
        Program("trader", """[[ "$*" == "positions --json" ]] && cat "$HERE/positions.json" && exit "$(cat "$HERE/positions.code")" """);
        Program("restart", """
            echo restart >>"$HERE/restarts"
            [[ ! -e "$HERE/restart.fails" ]] || exit 1
            if grep -q '^GOV_TESTNET_FORCE_FLATTEN=true$' "$HERE/etc/governor.env" && grep -q '^GOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW$' "$HERE/etc/governor.env"; then
              echo "$(date '+%F %T') [WARNING] Testnet flatten ARMED (GOV_TESTNET_FORCE_FLATTEN=true + CONFIRM=FLATTEN_NOW)" >>"$HERE/governor.log"
            else
              echo "$(date '+%F %T') [INFO] Testnet flatten disabled" >>"$HERE/governor.log"
            fi
            """);
        _flatten = () =>
        {
            Positions();
            Say(Done + More);
        };
        _governing = Task.Run(Govern);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _governing;
        await _redis.DisposeAsync();
        await _server.DisposeAsync();
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    [Trait("covers", "F19,F20,F31,D-S1,D-S2,D-E5")]
    public async Task F31_it_passes_when_the_exchange_is_flat_after_this_very_run()
    {
        var (code, output) = await RunAsync();

        Assert.True(code == 0, output);
        var at = -1;
        foreach (var marker in new[] { "TESTNET FLATTEN PROOF" }.Concat(Steps).Append("SUMMARY").Append("✓ PASS: Testnet flatten executed successfully"))
        {
            var next = output.IndexOf(marker, at + 1, StringComparison.Ordinal);
            Assert.True(next > at, $"{marker} is missing or out of order:\n{output}");
            at = next;
        }

        Assert.Contains("BTCUSDT Both amount=0.002 notional=200.10", output, StringComparison.Ordinal);
        Assert.Equal("METRICS_PORT=8044\n", File.ReadAllText(EnvFile));
        Assert.False(File.Exists(Latch));
        Assert.Equal(["activate", "complete", "deactivate", "complete"], File.ReadAllLines(Path.Combine(_folder.FullName, "ess.calls")));
        Assert.Equal(2, File.ReadAllLines(Path.Combine(_folder.FullName, "restarts")).Length);
        Assert.Equal("", await _redis.Text("GET", Arm));
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "errors", "the run reports errors=1" },
        { "later-errors", "the run reports errors=2" },
        { "residual", "the run reports residual=1" },
        { "status", "the run reports status=partial" },
        { "dust", "the run left dust open on purpose (below MIN_FLATTEN_NOTIONAL_USD): ADAUSDT" },
        { "nothing", "no completion line" },
        { "no-op", "the governor refused:" },
        { "cap", "the governor refused:" },
        { "late", "another run's" },
        { "not-flat", "the exchange still shows 1 open positions" },
        { "unreadable", "not proven flat" },
        { "bad-row", "not proven flat" },
        { "other-shape", "not proven flat" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    [Trait("covers", "D-S1,F33,F34")]
    public async Task S3_it_fails_and_leaves_the_stop_on_when(string lie, string because)
    {
        // A line of a run that ended a moment ago: the documented script passed on it.
        Say(Done);
        _flatten = () => Lie(lie);
        var (code, output) = await RunAsync("--timeout", "5");

        Assert.True(code == 1, output);
        Assert.Contains("✗ FAIL: Testnet flatten", output, StringComparison.Ordinal);
        Assert.Contains(because, output, StringComparison.Ordinal);
        Assert.DoesNotContain("✓ PASS", output, StringComparison.Ordinal);
        Assert.DoesNotContain("FLATTEN", File.ReadAllText(EnvFile), StringComparison.Ordinal);
        // Lifted only where the exchange shows no position, whatever else was wrong.
        var flat = lie is "errors" or "later-errors" or "residual" or "status" or "dust" or "late";
        Assert.Equal(!flat, File.Exists(Latch));
        Assert.Equal(!flat, output.Contains("ESS stays ON", StringComparison.Ordinal));
        Assert.Equal(lie is "nothing" or "no-op" or "cap", output.Contains("✗ FAIL: Testnet flatten did not execute", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("INT", 130, true)]
    [InlineData("TERM", 143, true)]
    [InlineData("TERM", 143, false)]
    [Trait("covers", "D-S1,F16")]
    public async Task S14_an_interrupted_run_takes_its_flags_and_key_away(string signal, int expected, bool open)
    {
        _flatten = static () => { };
        if (!open)
        {
            Positions();
        }

        var process = Start("--timeout", "60");
        var output = process.StandardOutput.ReadToEndAsync();
        await Processes.UntilAsync("step 6", () => File.Exists(Path.Combine(_folder.FullName, "armed")));
        using (var kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        var said = await output;
        Assert.True(process.ExitCode == expected, said);
        Assert.Contains("✗ FAIL", said, StringComparison.Ordinal);
        Assert.Equal("METRICS_PORT=8044\n", File.ReadAllText(EnvFile));
        Assert.Equal("", await _redis.Text("GET", Arm));
        // The governor must not go on with the flags it once read.
        Assert.Equal(2, File.ReadAllLines(Path.Combine(_folder.FullName, "restarts")).Length);
        Assert.Equal(open, File.Exists(Latch));
        Assert.Equal(open, said.Contains("ESS stays ON", StringComparison.Ordinal));
    }

    [Fact]
    public async Task S14_a_step_that_fails_cleans_up_too()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "restart.fails"), "");
        var (code, output) = await RunAsync();

        Assert.True(code == 1, output);
        Assert.Contains("the governor could not be restarted", output, StringComparison.Ordinal);
        Assert.DoesNotContain("[STEP 4]", output, StringComparison.Ordinal);
        Assert.Equal("METRICS_PORT=8044\n", File.ReadAllText(EnvFile));
        Assert.True(File.Exists(Latch));
    }

    [Fact]
    public async Task Nothing_is_touched_without_controller_account_or_redis()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "positions.code"), "69");
        await Untouched("the account cannot be read");
        File.WriteAllText(Path.Combine(_folder.FullName, "positions.code"), "0");
        File.Delete(Path.Combine(_folder.FullName, "ess_controller.sh"));
        await Untouched("ESS controller not found");
    }

    [Fact]
    public async Task S14_a_stop_that_was_on_before_stays_on()
    {
        File.WriteAllText(Latch, "");
        var (code, output) = await RunAsync();

        Assert.True(code == 0, output);
        Assert.True(File.Exists(Latch));
        Assert.Contains("ESS was on before this run: left on", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("at=1\nby=ess\nreason=drawdown\n", "drawdown")]
    [InlineData(null, "no reason given")]
    public async Task S14_a_stop_that_another_made_during_the_run_is_not_lifted(string? note, string because)
    {
        _flatten = () =>
        {
            Positions();
            StopAgain(note);
            Say(Done + More);
        };
        var (code, output) = await RunAsync();

        Assert.True(code == 1, output);
        Assert.Contains($"ESS stays ON: this stop is not this run's ({because})", output, StringComparison.Ordinal);
        Assert.DoesNotContain("✓ PASS", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Latch));
        Assert.DoesNotContain("FLATTEN", File.ReadAllText(EnvFile), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("at=1\nby=ess\nreason=drawdown\n", "drawdown")]
    [InlineData(null, "no reason given")]
    public async Task S14_clean_slate_does_not_lift_a_stop_that_another_made_during_the_run(string? note, string because)
    {
        var run = RunAsync("testnet_clean_slate.sh", ["--poll", "1"]);
        var calls = Path.Combine(_folder.FullName, "ess.calls");
        await Processes.UntilAsync("the stop", () => File.Exists(calls) && File.ReadAllLines(calls).Contains("complete"));
        StopAgain(note);
        Positions();
        var (code, output) = await run;

        Assert.True(code == 1, output);
        Assert.Contains($"ESS stays ON: this stop is not this run's ({because})", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Latch));
    }

    [Theory]
    [InlineData("A=1\nB=2", "A=1\nB=2\n")]
    [InlineData("A=1\r\nB=2\r\n", "A=1\r\nB=2\r\n")]
    [InlineData("", "")]
    [InlineData("GOV_TESTNET_FORCE_FLATTEN=false\nA=1\nGOV_TESTNET_FORCE_FLATTEN=true\r\nexport GOV_TESTNET_FORCE_FLATTEN_CONFIRM=x\n", "A=1\n")]
    [InlineData("# GOV_TESTNET_FORCE_FLATTEN is for tests\nA=1\n", "# GOV_TESTNET_FORCE_FLATTEN is for tests\nA=1\n")]
    // echo >> onto a file without a final newline: A keeps its value.
    [InlineData("A=1GOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW\n", "A=1\n")]
    [Trait("covers", "F20,D-S2")]
    public async Task F20_the_env_file_is_edited_and_comes_back(string before, string after)
    {
        File.WriteAllText(EnvFile, before);
        File.SetUnixFileMode(EnvFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var (code, output) = await RunAsync();

        Assert.True(code == 0, output);
        Assert.Equal(after, File.ReadAllText(EnvFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(EnvFile));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(EnvFile)!));
    }

    [Fact]
    public async Task Clean_slate_waits_for_a_person_and_for_the_exchange()
    {
        // Redis says nothing is open, and that counts for nothing.
        var run = RunAsync("testnet_clean_slate.sh", ["--poll", "1"]);
        await Processes.UntilAsync("the latch", () => File.Exists(Latch));
        Positions();
        var (code, output) = await run;

        Assert.True(code == 0, output);
        foreach (var marker in new[] { "TESTNET CLEAN SLATE HELPER", "[STEP 1]", "[STEP 2]", "[STEP 3]", "[STEP 4]", "[STEP 5]", "CLEAN SLATE PREPARATION COMPLETE" })
        {
            Assert.Contains(marker, output, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Latch));
    }

    [Fact]
    public async Task S14_clean_slate_without_a_terminal_leaves_the_stop_on_when_the_time_is_up()
    {
        var (code, output) = await RunAsync("testnet_clean_slate.sh", ["--poll", "1", "--timeout", "2"]);

        Assert.True(code == 1, output);
        Assert.Contains("TIMEOUT: still 1 open positions", output, StringComparison.Ordinal);
        Assert.Contains("ESS stays ON", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Latch));
    }

    /// <summary>Somebody lifts the script's stop, and another is made, with this note.</summary>
    private void StopAgain(string? note)
    {
        File.Delete(Latch + ".note");
        File.WriteAllText(Latch, "");
        if (note is not null)
        {
            File.WriteAllText(Latch + ".note", note);
        }
    }

    private async Task Untouched(string because)
    {
        var (code, output) = await RunAsync();
        Assert.True(code == 1, output);
        Assert.Contains(because, output, StringComparison.Ordinal);
        Assert.Contains("✗ FAIL: Testnet flatten did not execute", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Latch));
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "ess.calls")));
        Assert.Equal("METRICS_PORT=8044\n", File.ReadAllText(EnvFile));
    }

    private void Lie(string lie)
    {
        if (lie is not ("nothing" or "no-op" or "cap" or "not-flat"))
        {
            Positions();
        }

        switch (lie)
        {
            case "errors": Say(Done.Replace("orders=1 errors=0", "orders=0 errors=1", StringComparison.Ordinal)); break;
            case "later-errors": Say(Regex.Replace(Done, "errors=0$", "errors=2")); break;
            case "residual": Say(Done + " residual=1"); break;
            case "status": Say(Done + " status=partial"); break;
            case "dust": Say(Done + " residual=0 status=flat skipped=ADAUSDT run=1"); break;
            case "no-op": Say("[WARNING] Testnet flatten: Cooldown active (3.0s < 60s) - NO-OP"); break;
            case "cap": Say("[ERROR] Testnet flatten: SAFETY CAP TRIGGERED - found 201 positions (max 200)"); break;
            case "late": Say(Done, -30); break;
            case "not-flat": Say(Done); break;
            case "unreadable": File.WriteAllText(Path.Combine(_folder.FullName, "positions.code"), "69"); Say(Done); break;
            case "bad-row":
                File.WriteAllText(Path.Combine(_folder.FullName, "positions.json"),
                    """{"venue":"v","environment":"Paper","positions":[],"unreadable":[{"symbol":"BTCUSDT","reason":"r"}]}""");
                Say(Done);
                break;
            case "other-shape":
                File.WriteAllText(Path.Combine(_folder.FullName, "positions.json"),
                    """{"venue":"v","environment":"Paper","positions":[{"name":"BTCUSDT"}],"unreadable":[]}""");
                Say(Done);
                break;
            default: Assert.Equal("nothing", lie); break;
        }
    }

    private async Task Govern()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (await _redis.Text("GET", Arm) == "1")
            {
                await _redis.Do("DEL", Arm);
                _flatten();
                File.WriteAllText(Path.Combine(_folder.FullName, "armed"), "");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Say(string text, int seconds = 0) => File.AppendAllText(
        Log, TimeProvider.System.GetLocalNow().AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture) + text + "\n");

    private void Positions(params string[] rows)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "positions.code"), "0");
        // Renamed into place: the script may read at any moment, and half a list is an unreadable account.
        var written = Path.Combine(_folder.FullName, "positions.next");
        File.WriteAllText(
            written,
            $$"""{"venue":"binance-usdm@127.0.0.1","environment":"Paper","positions":[{{string.Join(',', rows)}}],"unreadable":[]}""" + "\n");
        File.Move(written, Path.Combine(_folder.FullName, "positions.json"), overwrite: true);
    }

    private Task<(int Code, string Output)> RunAsync(params string[] arguments) => RunAsync("proof_testnet_flatten.sh", arguments);

    private async Task<(int Code, string Output)> RunAsync(string script, string[] arguments)
    {
        var (code, output, error) = await Shell.RunAsync(ScriptPath(script), arguments, Environment());
        return (code, output + error);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(ScriptPath("proof_testnet_flatten.sh"), arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in Environment())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("the script did not start");
    }

    private static string ScriptPath(string script) => Path.Combine(Repository.Root, "ops", "bin", script);

    private Dictionary<string, string> Environment() => new()
    {
        ["QUANTUM_ETC_DIR"] = Path.GetDirectoryName(EnvFile)!,
        ["QUANTUM_RUN_DIR"] = Path.GetDirectoryName(Latch)!,
        ["REDIS_URL"] = _server.Url,
        ["ESS_CONTROLLER"] = Path.Combine(_folder.FullName, "ess_controller.sh"),
        ["TRADER_CLI"] = Path.Combine(_folder.FullName, "trader"),
        ["GOVERNOR_RESTART"] = Path.Combine(_folder.FullName, "restart"),
        ["GOVERNOR_LOG"] = Log,
        ["GOVERNOR_METRICS"] = "http://127.0.0.1:9/metrics",
    };

    private void Program(string name, string body)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, $"#!/usr/bin/env bash\nHERE={_folder.FullName}\n{body}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
