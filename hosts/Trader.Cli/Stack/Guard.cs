using System.Diagnostics;
using System.Globalization;

namespace Trader.Cli.Stack;

/// <summary>
/// A small shell that outlives this program, whatever ends it: when its input closes it kills the processes and removes the directory it
/// was told of, and nothing else. A process is known by its id and its start time, so that a reused id is never hit. Without it a
/// <c>kill -9</c> of a drill would leave a Redis, an exchange and three roles behind.
/// </summary>
internal sealed class Guard : IAsyncDisposable
{
    private const string Script = """
        trap '' INT TERM HUP QUIT
        declare -A began; dir=
        start_of() { local s; IFS= read -r s 2>/dev/null <"/proc/$1/stat" || return 1; s=${s##*) }; set -- $s; echo "${20}"; }
        while read -r kind first rest; do
          case $kind in
            pid) began[$first]=$(start_of "$first") ;;
            dir) dir=$first ;;
          esac
        done
        for pid in "${!began[@]}"; do
          [[ -n ${began[$pid]} && $(start_of "$pid") == "${began[$pid]}" ]] && kill -KILL "$pid"
        done
        [[ -n $dir && -d $dir ]] && rm -rf -- "$dir"
        """;

    private readonly Process _shell;

    private Guard(Process shell) => _shell = shell;

    /// <param name="directory">Removed at the end; its path must be free of blanks, as temporary directories are.</param>
    public static Guard Over(string directory)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script);
        var shell = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        shell.StandardInput.AutoFlush = true;
        shell.StandardInput.WriteLine("dir " + directory);
        return new Guard(shell);
    }

    public void Watch(int pid) => _shell.StandardInput.WriteLine("pid " + pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>Everything it was told of is gone when this completes.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
