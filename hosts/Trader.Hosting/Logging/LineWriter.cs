using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Trader.Hosting.Logging;

/// <summary>
/// Writes lines to a stream that may block or break. Callers never wait: lines go into a bounded queue that one
/// thread of its own empties, what does not fit is dropped and counted, and the count is written once the reader is
/// back. A stopped terminal or a closed pipe therefore never holds an actor (and never a panic).
/// </summary>
public sealed class LineWriter : IAsyncDisposable
{
    /// <summary>Lines that may wait; a busy panic close of 674 positions writes about 2,000.</summary>
    public const int Capacity = 8192;

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan FlushDeadline = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly ManualResetEvent _ending = new(false);
    private readonly Stream _output;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _dropped;
    private long _droppedSaid;

    public LineWriter(Stream output)
    {
        _output = output;
        // A thread, not a task: the stream's writes block, and a blocked pool thread is one the actors lack.
        _thread = new Thread(Run) { IsBackground = true, Name = "log-lines" };
        _thread.Start();
    }

    /// <summary>Lines that never reached the stream.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Write(string line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Ends the queue and waits at most a second for what is in it: a blocked reader cannot hold the
    /// process's exit.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        _ending.Set();
        await Task.WhenAny(_done.Task, Task.Delay(FlushDeadline)).ConfigureAwait(false);
    }

    private void Run()
    {
        var reader = _lines.Reader;
        var batch = new StringBuilder();
        // Blocking on the asynchronous wait is the point of this thread.
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Length < 64 * 1024 && reader.TryRead(out var line))
            {
                batch.Append(line).Append('\n');
            }

            Send(batch);

            // What is said within the next moment goes with one write: waking up for each line costs more than the line.
            _ending.WaitOne(Gather);
        }

        _done.TrySetResult();
    }

    private void Send(StringBuilder batch)
    {
        var dropped = Dropped;
        if (dropped > _droppedSaid)
        {
            batch.Append(
                CultureInfo.InvariantCulture, $"({dropped - _droppedSaid} log lines dropped: nobody read them)\n");
            _droppedSaid = dropped;
        }

        try
        {
            _output.Write(Encoding.UTF8.GetBytes(batch.ToString()));
            _output.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe's reader is gone. Its lines are lost by definition; they are counted, and the node goes on.
            Interlocked.Add(ref _dropped, batch.ToString().Count(c => c == '\n'));
        }
    }
}
