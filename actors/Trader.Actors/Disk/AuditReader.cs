using System.Runtime.CompilerServices;

namespace Trader.Actors.Disk;

/// <summary>
/// Reads the journals of all nodes under a state directory, merged by time, while their writers go on. Read-only and
/// without a lock. It shows what stands in the files: a record whose fsync is still under way, or failed, may be shown
/// too.
/// </summary>
public sealed class AuditReader(string stateDir) : IDisposable
{
    private readonly SortedDictionary<string, Source> _sources = new(StringComparer.Ordinal);

    /// <summary>The node names that have a journal.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static IReadOnlyList<string> Nodes(string stateDir)
    {
        var root = JournalPaths.Root(stateDir);
        return Directory.Exists(root)
            ? [.. Directory.EnumerateDirectories(root).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>
    /// Everything since the last call, oldest first. Within one node the order is the journal's, whatever its clock
    /// did; between nodes it is the records' time.
    /// </summary>
    /// <exception cref="IOException">A journal cannot be read.</exception>
    public IEnumerable<AuditItem> Read()
    {
        foreach (var node in Nodes(stateDir).Where(n => !_sources.ContainsKey(n)))
        {
            _sources[node] = new Source(node, Path.Combine(JournalPaths.Root(stateDir), node));
        }

        var heads = new PriorityQueue<Source, (long AtMs, string Node)>();
        foreach (var source in _sources.Values)
        {
            Take(heads, source);
        }

        while (heads.TryDequeue(out var source, out _))
        {
            yield return source.Head;
            Take(heads, source);
        }
    }

    /// <summary>What there is and then whatever comes, looked for every <paramref name="poll"/>.</summary>
    /// <exception cref="OperationCanceledException">How it ends.</exception>
    public async IAsyncEnumerable<AuditItem> FollowAsync(
        TimeProvider time, TimeSpan poll, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            foreach (var item in Read())
            {
                yield return item;
                cancel.ThrowIfCancellationRequested();
            }

            await Task.Delay(poll, time, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        foreach (var source in _sources.Values)
        {
            source.Dispose();
        }
    }

    private static void Take(PriorityQueue<Source, (long AtMs, string Node)> heads, Source source)
    {
        if (source.TryAdvance())
        {
            heads.Enqueue(source, (source.AtMs, source.Node));
        }
    }

    private sealed class Source(string node, string dir) : IDisposable
    {
        private readonly JournalWalk _walk = new(dir);

        public string Node => node;

        /// <summary>Of the head; of the record before it when the head is none.</summary>
        public long AtMs { get; private set; }

        public AuditItem Head { get; private set; } =
            new AuditItem.Bad(node, string.Empty, 0, RecordFault.None, string.Empty);

        public bool TryAdvance()
        {
            if (!_walk.TryNext(out var place))
            {
                return false;
            }

            var file = JournalPaths.Segment(place.Segment);
            if (place.Fault != RecordFault.None)
            {
                Head = new AuditItem.Bad(node, file, place.Offset, place.Fault, place.Why);
            }
            else if (JournalPayload.TryRead(_walk.Payload.Span, out var seq, out var record))
            {
                Head = new AuditItem.Entry(node, file, place.Offset, seq, record);
                AtMs = record.AtMs;
            }
            else
            {
                Head = new AuditItem.Bad(node, file, place.Offset, RecordFault.BadPayload, JournalWalk.NoRecord);
            }

            return true;
        }

        public void Dispose() => _walk.Dispose();
    }
}
