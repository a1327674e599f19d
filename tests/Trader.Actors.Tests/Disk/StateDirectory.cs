using Trader.Actors.Disk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Disk;

/// <summary>A state directory of a test's own, gone afterwards.</summary>
internal sealed class StateDirectory : IDisposable
{
    public const string Node = "panic-close";

    public string Path { get; } = Directory.CreateTempSubdirectory("trader-disk-").FullName;

    public string NodeDir => System.IO.Path.Combine(Path, "journal", Node);

    public string Segment(int number) => System.IO.Path.Combine(NodeDir, $"{number:D8}.log");

    public static JournalRecord Record(int i, string kind = "panic.accepted") =>
        new(kind, 1_763_719_323_000 + i, [new("event_id", $"e-{i}"), new("reason", "EXIT_BRAIN_STALE")]);

    public JournalFile Open(JournalIo? io = null, long maxSegmentBytes = JournalFile.MaxSegmentBytes) =>
        Assert.IsType<JournalOpening.Opened>(
            JournalFile.Open(Path, Node, TimeProvider.System, io, maxSegmentBytes)).Journal;

    /// <summary>Appends records one by one, each in its own batch.</summary>
    public void Write(int from, int count, long maxSegmentBytes = JournalFile.MaxSegmentBytes)
    {
        using var journal = Open(maxSegmentBytes: maxSegmentBytes);
        for (var i = from; i < from + count; i++)
        {
            Assert.IsType<AppendResult.Written>(journal.Append([Record(i)]));
        }
    }

    /// <summary>The event ids of the records that an actor would recover.</summary>
    public static List<string> Ids(JournalFile journal) =>
        [.. journal.Newest("panic.", out _).Select(r => PanicWire.Find(r.Fields, "event_id")!)];

    public static List<string> Expected(int count) => [.. Enumerable.Range(0, count).Select(i => $"e-{i}")];

    public IReadOnlyList<NodeAudit> Verify() =>
        AuditVerifier.VerifyAsync(Path, TimeProvider.System, CancellationToken.None).GetAwaiter().GetResult();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
