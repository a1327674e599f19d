using System.ComponentModel;
using System.Diagnostics;
using Trader.Cli.CommandLine;

namespace Trader.Cli.Stack;

/// <summary>A process of a private stack: its last lines are kept, and it does not outlive its owner.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 400;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly Action<string>? _echo;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(string name, Process process, Action<string>? echo) => (Name, _process, _echo) = (name, process, echo);

    public string Name { get; }

    public int Pid { get; private set; }

    public Task Exited => _exited.Task;

    /// <summary>Of one that has ended.</summary>
    public int ExitCode => _process.ExitCode;

    public bool HasExited => _exited.Task.IsCompleted;

    /// <param name="name">What people call it.</param>
    /// <param name="file">Program, by path or name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Its whole environment; null passes ours on.</param>
    /// <param name="guard">Ends it if we cannot.</param>
    /// <param name="echo">Gets every line it prints, with its name in front; null: nobody does.</param>
    /// <exception cref="Refusal">There is no such program.</exception>
    public static ChildProcess Start(
        string name, string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, Guard guard,
        Action<string>? echo)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach (var (key, value) in environment)
            {
                start.Environment[key] = value;
            }
        }

        var child = new ChildProcess(name, new Process { StartInfo = start, EnableRaisingEvents = true }, echo);
        child.Run(file, guard);
        return child;
    }

    /// <summary>The last lines it printed, oldest first.</summary>
    public IReadOnlyList<string> Tail(int count)
    {
        lock (_lines)
        {
            return [.. _lines.TakeLast(count)];
        }
    }

    /// <summary>The first kept line that fits; null when it ended, or the time ran out, before it printed one.</summary>
    public async Task<string?> LineAsync(Func<string, bool> fits, TimeSpan within, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(within);
        while (true)
        {
            Task news;
            lock (_lines)
            {
                if (_lines.FirstOrDefault(fits) is { } line)
                {
                    return line;
                }

                news = _news.Task;
            }

            if (HasExited)
            {
                return null;
            }

            try
            {
                await Task.WhenAny(news, Exited).WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    public void Signal(int signal) => Signals.Send(Pid, signal);

    /// <summary>SIGTERM, and SIGKILL for what has not ended by then; a frozen one is thawed first so that it can hear it.</summary>
    public async Task StopAsync()
    {
        if (!HasExited)
        {
            Signal(Signals.Continue);
            Signal(Signals.Terminate);
            await Task.WhenAny(Exited, Task.Delay(Grace));
        }

        await KillAsync();
    }

    public async Task KillAsync()
    {
        if (!HasExited)
        {
            Signal(Signals.Kill);
            await Exited;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Run(string file, Guard guard)
    {
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.Exited += (_, _) => _exited.TrySetResult();
        try
        {
            _process.Start();
        }
        catch (Win32Exception e)
        {
            _exited.TrySetResult();
            throw new Refusal(CommandLine.ExitCode.Unavailable, $"{Name}: {file} does not start: {e.Message}", e);
        }

        Pid = _process.Id;
        guard.Watch(Pid);
        // Nothing of ours reads a terminal; an open one would let it.
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }

        TaskCompletionSource news;
        lock (_lines)
        {
            if (_lines.Count == KeptLines)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        news.TrySetResult();
        _echo?.Invoke($"[{Name}] {line}");
    }
}
