using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Trader.Testing;

/// <summary>A real process of <c>hosts/Trader.Node</c>: its output, signals and end. Unix only.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    internal NodeProcess(string name, ProcessStartInfo start)
    {
        Name = name;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(line.Data, "");
        _process.ErrorDataReceived += (_, line) => Note(line.Data, "stderr: ");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Pid = _process.Id;
    }

    /// <summary>Node name, for messages.</summary>
    public string Name { get; }

    public int Pid { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Only after its end.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Everything it wrote so far; lines of stderr begin with "stderr: ".</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return _lines.ToArray();
            }
        }
    }

    /// <summary>Number of lines so far: a place in the output to look from.</summary>
    public int Mark => Lines.Count;

    /// <summary>Whether a line since <paramref name="mark"/> contains the text.</summary>
    public bool Said(string text, int mark = 0) =>
        Lines.Skip(mark).Any(line => line.Contains(text, StringComparison.Ordinal));

    public Task Terminate() => Signals.Send(Pid, "TERM");

    /// <summary>SIGSTOP.</summary>
    public Task Freeze() => Signals.Send(Pid, "STOP");

    /// <summary>SIGCONT.</summary>
    public Task Thaw() => Signals.Send(Pid, "CONT");

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Waits for its end and for its last line.</summary>
    public async Task<int> End()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>The last lines, for a message about what went wrong.</summary>
    public string Tail(int count) => string.Join('\n', Lines.TakeLast(count)
        .Prepend(string.Create(CultureInfo.InvariantCulture, $"--- {Name} ({(HasExited ? "ended" : "runs")})")));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Kill().ConfigureAwait(false);
        }

        _process.Dispose();
    }

    private void Note(string? line, string prefix)
    {
        if (line is not null)
        {
            lock (_lines)
            {
                _lines.Add(prefix + line);
            }
        }
    }
}
