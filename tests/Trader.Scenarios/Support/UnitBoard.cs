using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios.Support;

/// <summary>
/// What an operator's shell finds on a machine with systemd: <c>systemctl</c> and <c>journalctl</c> that run the fleet's real processes as units,
/// and <c>redis-cli</c> and <c>curl</c> that reach this fleet at the addresses the documents write. Commands are typed as they stand in the
/// documents; only directories are the fleet's own.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnitBoard : IAsyncDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TraderFleet _fleet;
    private readonly string _units;
    private readonly string _programs;
    private readonly Process _guard;

    public UnitBoard(TraderFleet fleet)
    {
        _fleet = fleet;
        _units = Directory.CreateDirectory(fleet.Scratch("units")).FullName;
        _programs = Directory.CreateDirectory(fleet.Scratch("programs")).FullName;
        Directory.CreateDirectory(fleet.Scratch("etc"));
        Directory.CreateDirectory(fleet.RunDir);
        var offset = fleet.PortOffset.ToString(CultureInfo.InvariantCulture);
        Write("redis-cli", $"exec \"$(PATH=/usr/bin:/bin:/usr/local/bin command -v redis-cli)\" -u {fleet.Redis.Url} --no-auth-warning \"$@\"");
        Write("curl", $$"""
            arguments=()
            for a; do
              if [[ $a =~ ^(.*(localhost|127\.0\.0\.1):)(80[0-9][0-9])(/.*)$ ]]; then
                a=${BASH_REMATCH[1]}$((BASH_REMATCH[3] + {{offset}}))${BASH_REMATCH[4]}
              fi
              arguments+=("$a")
            done
            exec "$(PATH=/usr/bin:/bin:/usr/local/bin command -v curl)" "${arguments[@]}"
            """);
        Write("systemctl", Systemctl);
        Write("journalctl", Journalctl);
        // Whatever ends this process closes the pipe, and the units do not outlive it.
        _guard = Shell("cat; for unit in \"$BOARD\"/*/; do systemctl kill \"$(basename \"$unit\")\"; done", closeInput: false);
    }

    /// <summary>Where the documents' names of scripts lead to.</summary>
    public string Home => _fleet.Scratch("home");

    public string EnvFile => Path.Combine(_fleet.Scratch("etc"), "governor.env");

    /// <summary>The latch of the emergency stop.</summary>
    public string Latch => Path.Combine(_fleet.RunDir, "ESS_ON");

    /// <summary>Installs the scripts as an operator does, beside the built program.</summary>
    public async Task Install(string cli)
    {
        var program = Directory.CreateDirectory(_fleet.Scratch("program")).FullName;
        File.CreateSymbolicLink(Path.Combine(program, "Trader.Cli"), cli);
        var (code, said) = await Type($"{TraderFleet.InRepository("ops/install")} --program {program} --home {Home}");
        Assert.True(code == 0, said);
    }

    /// <summary>A unit that runs this command and is enabled.</summary>
    public void Define(string unit, ProcessStartInfo start)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_units, unit)).FullName;
        // A unit's environment is its own: nothing of the shell that restarts it.
        var variables = start.Environment.Where(e => e.Value is not null).Select(e => Quote($"{e.Key}={e.Value}"));
        File.WriteAllText(
            Path.Combine(folder, "start"),
            $"cd {Quote(start.WorkingDirectory)}\nexec env -i {string.Join(' ', variables)} {Quote(start.FileName)} {string.Join(' ', start.ArgumentList.Select(Quote))}\n");
        File.WriteAllText(Path.Combine(folder, "log"), "");
    }

    public int Pid(string unit) => int.Parse(File.ReadAllText(Path.Combine(_units, unit, "pid")), CultureInfo.InvariantCulture);

    public IReadOnlyList<string> Log(string unit) => File.ReadAllLines(Path.Combine(_units, unit, "log"));

    /// <summary>Runs what an operator types, to its end. Output and errors, in the order in which they came.</summary>
    public async Task<(int Code, string Said)> Type(string command)
    {
        using var shell = Shell(command);
        return await End(shell);
    }

    /// <summary>The same for what must succeed; gives what it said.</summary>
    public async Task<string> Does(string command)
    {
        var (code, said) = await Type(command);
        Assert.True(code == 0, $"{command}\n{said}\n{_fleet.Tails()}\n{string.Join('\n', Directory.GetDirectories(_units).SelectMany(u => Log(Path.GetFileName(u)).TakeLast(40)))}");
        return said;
    }

    /// <summary>Started and not waited for.</summary>
    public Process Shell(string command) => Shell(command, closeInput: true);

    private Process Shell(string command, bool closeInput)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec 2>&1\n{command.Replace("/etc/quantum", _fleet.Scratch("etc"), StringComparison.Ordinal)}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Directory.CreateDirectory(Home).FullName,
        };
        foreach (var (name, value) in _fleet.Command("operator", []).Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["PATH"] = $"{_programs}:{start.Environment["PATH"]}";
        start.Environment["BOARD"] = _units;
        var shell = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        if (closeInput)
        {
            shell.StandardInput.Close();
        }

        return shell;
    }

    public static async Task<(int Code, string Said)> End(Process shell)
    {
        var said = shell.StandardOutput.ReadToEndAsync();
        try
        {
            await shell.WaitForExitAsync().WaitAsync(2 * Eventually.Patience);
        }
        catch (TimeoutException)
        {
            shell.Kill(entireProcessTree: true);
            throw new TimeoutException(await said);
        }

        return (shell.ExitCode, await said);
    }

    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await End(_guard);
        _guard.Dispose();
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private void Write(string program, string body)
    {
        var file = Path.Combine(_programs, program);
        File.WriteAllText(file, $"#!/usr/bin/env bash\n{body}\n");
        File.SetUnixFileMode(file, Executable);
    }

    private const string Systemctl = """
        verb=
        units=()
        value=
        for a; do
          if [[ -n $value ]]; then value=; continue; fi
          case $a in
            -p) value=1 ;;
            -*) ;;
            *) if [[ -z $verb ]]; then verb=$a; else units+=("${a%.service}"); fi ;;
          esac
        done
        # A process that ended and that nobody has collected yet runs no more.
        alive() { local stat; stat=$(cat "/proc/$1/stat" 2>/dev/null) && [[ ${stat##*) } != Z* ]]; }
        running() { pid=$(cat "$BOARD/$1/pid" 2>/dev/null) && alive "$pid"; }
        start() {
          [[ -d $BOARD/$1 ]] || { echo "Failed to start $1.service: Unit $1.service not found." >&2; return 5; }
          running "$1" && return 0
          local before
          before=$(wc -l <"$BOARD/$1/log")
          setsid bash "$BOARD/$1/start" >>"$BOARD/$1/log" 2>&1 </dev/null 9>&- &
          echo $! >"$BOARD/$1/pid"
          for ((i = 0; i < 600; i++)); do
            # Type=notify: started when it says so.
            tail -n "+$((before + 1))" "$BOARD/$1/log" | grep -q 'Role .* on node .*: http://' && return 0
            running "$1" || { echo "Job for $1.service failed." >&2; return 1; }
            sleep 0.1
          done
          return 1
        }
        stop() {
          running "$1" || return 0
          kill -TERM "$pid"
          for ((i = 0; i < 150; i++)); do alive "$pid" || return 0; sleep 0.1; done
          kill -KILL "$pid"
        }
        code=0
        for unit in "${units[@]}"; do
          # Held until the next unit, and by no process that is started meanwhile.
          exec 9>&-
          if [[ $verb =~ ^(start|stop|restart)$ && -d $BOARD/$unit ]]; then exec 9>"$BOARD/$unit/lock"; flock 9; fi
          case $verb in
            start) start "$unit" || code=$? ;;
            stop) stop "$unit" || code=$? ;;
            restart) { stop "$unit" && start "$unit"; } || code=$? ;;
            kill) running "$unit" && kill -KILL "$pid" ;;
            is-active | status) if running "$unit"; then echo active; else echo inactive; code=3; fi ;;
            show) cat "$BOARD/$unit/start" 2>/dev/null ;;
            is-enabled) if [[ -d $BOARD/$unit ]]; then echo enabled; else echo disabled; code=1; fi ;;
            *) echo "Unknown command verb $verb." >&2; code=1 ;;
          esac
        done
        exit $code
        """;

    private const string Journalctl = """
        units=() since= count= follow=
        while (($#)); do
          case $1 in
            -u | --unit) units+=("${2%.service}"); shift ;;
            --since) since=$2; shift ;;
            -n | --lines) count=$2; shift ;;
            -o | --output | -t | --identifier) shift ;;
            -f | --follow) follow=1 ;;
          esac
          shift
        done
        ((${#units[@]} > 0)) || units=($(ls "$BOARD"))
        from=0000
        if [[ -n $since ]]; then from=$(date -d "$since" '+%F %T') || exit 1; fi
        for unit in "${units[@]}"; do
          [[ -f $BOARD/$unit/log ]] && awk -v from="$from" 'substr($0, 1, 19) >= from' "$BOARD/$unit/log"
        done | { if [[ -n $count ]]; then tail -n "$count"; else cat; fi; }
        if [[ -n $follow ]]; then exec tail -q -n 0 -f "${units[@]/#/$BOARD/}/log"; fi
        """;
}
