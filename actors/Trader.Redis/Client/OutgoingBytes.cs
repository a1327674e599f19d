using System.Buffers;
using System.IO.Pipelines;

namespace Trader.Redis;

/// <summary>The bytes on their way to one socket: appended by many (under the connection's lock), written by one
/// loop, so that what gathers while a write is under way leaves with the next one.</summary>
internal sealed class OutgoingBytes(Stream stream)
{
    // No pause threshold: the limit is the connection's, which refuses a command rather than making its caller wait.
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 0,
        resumeWriterThreshold: 0,
        minimumSegmentSize: 16 * 1024,
        useSynchronizationContext: false));

    private long _unsent;

    /// <summary>Bytes appended and not yet taken by the socket.</summary>
    public long Unsent => Interlocked.Read(ref _unsent);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Interlocked.Add(ref _unsent, bytes.Length);
        _pipe.Writer.Write(bytes);

        // Without a pause threshold a flush never waits; it only wakes the loop.
        _ = _pipe.Writer.FlushAsync().AsTask();
    }

    /// <summary>Writes until cancelled or until the stream fails; always ends with an exception of one of those
    /// two.</summary>
    public async Task Run(CancellationToken cancel)
    {
        PipeReader reader = _pipe.Reader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancel).ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                await stream.WriteAsync(part, cancel).ConfigureAwait(false);
            }

            Interlocked.Add(ref _unsent, -read.Buffer.Length);
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    /// <summary>Gives the memory back; nothing may be appended and no loop may run any more.</summary>
    public void Complete()
    {
        _pipe.Reader.Complete();
        _pipe.Writer.Complete();
    }
}
