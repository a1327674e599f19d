using System.Globalization;

namespace Trader.Actors.Disk;

/// <summary>
/// Checks every record of every node: framing, checksum, number, chain. What no chain can show is that records were cut
/// off at its very end; for that, compare <see cref="NodeAudit.LastSeq"/> and <see cref="NodeAudit.Chain"/> with what
/// was noted elsewhere.
/// </summary>
public static class AuditVerifier
{
    /// <summary>Bad places listed per node; all are counted.</summary>
    public const int MaxBad = 100;

    private const int TailReads = 10;
    private static readonly TimeSpan TailPause = TimeSpan.FromMilliseconds(50);

    /// <exception cref="IOException">A journal cannot be read.</exception>
    public static async Task<IReadOnlyList<NodeAudit>> VerifyAsync(
        string stateDir, TimeProvider time, CancellationToken cancel)
    {
        var nodes = new List<NodeAudit>();
        foreach (var node in AuditReader.Nodes(stateDir))
        {
            var dir = Path.Combine(JournalPaths.Root(stateDir), node);
            nodes.Add(await VerifyAsync(node, dir, time, cancel).ConfigureAwait(false));
        }

        return nodes;
    }

    private static async Task<NodeAudit> VerifyAsync(
        string node, string dir, TimeProvider time, CancellationToken cancel)
    {
        using var walk = new JournalWalk(dir);
        var tally = new Tally(node);
        tally.Read(walk, cancel);

        // A last record that is still incomplete after half a second is not being written: its writer died, or its
        // bytes are wrong.
        for (var i = 0; i < TailReads && Unfinished(walk) is not null; i++)
        {
            await Task.Delay(TailPause, time, cancel).ConfigureAwait(false);
            tally.Read(walk, cancel);
        }

        if (Unfinished(walk) is { } tail)
        {
            tally.Add(new AuditItem.Bad(node, tail.File, tail.Offset, RecordFault.Incomplete, string.Create(
                CultureInfo.InvariantCulture,
                $"the last {tail.Bytes} bytes are no whole record: cut short (the next start repairs that) or changed")));
        }

        return tally.ToAudit(walk);
    }

    private static (string File, long Offset, long Bytes)? Unfinished(JournalWalk walk) =>
        walk.TailBytes > 0 ? (JournalPaths.Segment(walk.Segment), walk.Offset, walk.TailBytes)
        : walk.UnbornBytes > 0 ? (JournalPaths.Segment(walk.UnbornSegment), 0, walk.UnbornBytes)
        : null;

    private sealed class Tally(string node)
    {
        private readonly List<AuditItem.Bad> _bad = [];
        private readonly HashSet<int> _segments = [];
        private long _records;
        private long _badCount;

        public void Read(JournalWalk walk, CancellationToken cancel)
        {
            while (walk.TryNext(out var place))
            {
                cancel.ThrowIfCancellationRequested();
                _segments.Add(place.Segment);
                var file = JournalPaths.Segment(place.Segment);
                if (place.Fault != RecordFault.None)
                {
                    Add(new AuditItem.Bad(node, file, place.Offset, place.Fault, place.Why));
                }
                else if (!JournalPayload.TryRead(walk.Payload.Span, out _, out _))
                {
                    Add(new AuditItem.Bad(node, file, place.Offset, RecordFault.BadPayload, JournalWalk.NoRecord));
                }
                else
                {
                    _records++;
                }
            }
        }

        public void Add(AuditItem.Bad bad)
        {
            _badCount++;
            if (_bad.Count < MaxBad)
            {
                _bad.Add(bad);
            }
        }

        public NodeAudit ToAudit(JournalWalk walk) =>
            new(node, _records, _segments.Count, walk.Seq, walk.Hash.ToString(), _bad, _badCount);
    }
}
