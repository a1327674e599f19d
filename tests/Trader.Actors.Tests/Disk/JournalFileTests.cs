using System.Runtime.Versioning;
using Trader.Actors.Disk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Disk;

[Trait("rule", "S12")]
public sealed class JournalFileTests : IDisposable
{
    private readonly StateDirectory _state = new();

    [Fact]
    public void WhatWasAppendedIsThereAfterAReopen()
    {
        _state.Write(0, 3);
        _state.Write(3, 2);
        using var journal = _state.Open();
        Assert.Equal(StateDirectory.Expected(5), StateDirectory.Ids(journal));
        Assert.Null(journal.Damage);
        Assert.Equal(6, journal.Seq);
        Assert.Single(JournalFiles());
    }

    /// <summary>A file copied at any moment of a write is what kill -9 at that moment leaves.</summary>
    [Fact]
    public void EveryTruncationRecoversAPrefixAndGoesOn()
    {
        _state.Write(0, 3);
        var whole = File.ReadAllBytes(_state.Segment(1));
        var ends = whole.Select((b, i) => (b, i)).Where(p => p.b == '\n').Select(p => p.i + 1).ToList();
        Assert.Equal(4, ends.Count);
        for (var length = 0; length < whole.Length; length++)
        {
            using var cut = new StateDirectory();
            Directory.CreateDirectory(cut.NodeDir);
            File.WriteAllBytes(cut.Segment(1), whole[..length]);
            var complete = Math.Max(0, ends.Count(e => e <= length) - 1);
            using (var journal = cut.Open(new FaultyIo { FlushSkipped = true }))
            {
                Assert.Null(journal.Damage);
                Assert.Equal(StateDirectory.Expected(complete), StateDirectory.Ids(journal));
                Assert.IsType<AppendResult.Written>(journal.Append([StateDirectory.Record(complete)]));
                Assert.Equal(StateDirectory.Expected(complete + 1), StateDirectory.Ids(journal));
            }

            Assert.Equal(0, Assert.Single(cut.Verify()).BadCount);
            var torn = length - ends.Where(e => e <= length).DefaultIfEmpty(0).Max();
            Assert.Equal(torn, Directory.GetFiles(cut.NodeDir, "*.torn").Sum(f => new FileInfo(f).Length));
        }
    }

    [Fact]
    public void ATornTailIsKeptAndTheRepairIsARecord()
    {
        _state.Write(0, 2);
        File.AppendAllText(_state.Segment(1), "000001ff 1234");
        using var journal = _state.Open();
        Assert.Null(journal.Damage);
        var repaired = Assert.Single(journal.Newest("journal.repaired", out _));
        Assert.StartsWith(
            "13 bytes cut from 00000001.log at ", PanicWire.Find(repaired.Fields, "what"), StringComparison.Ordinal);
        Assert.Equal("000001ff 1234", File.ReadAllText(Assert.Single(Directory.GetFiles(_state.NodeDir, "*.torn"))));
    }

    [Fact]
    public void ALastRecordThatIsCompleteButWrongIsTornToo()
    {
        _state.Write(0, 3);
        Damage(_state.Segment(1), -5);
        using var journal = _state.Open();
        Assert.Null(journal.Damage);
        Assert.Equal(StateDirectory.Expected(2), StateDirectory.Ids(journal));
    }

    [Fact]
    public void DamageInTheMiddleIsReportedAndTheJournalGoesOnBehindANote()
    {
        _state.Write(0, 3);
        var second = File.ReadAllText(_state.Segment(1)).Split('\n').Take(2).Sum(l => l.Length + 1);
        Damage(_state.Segment(1), second + 100);
        var damaged = File.ReadAllBytes(_state.Segment(1));
        using (var journal = _state.Open())
        {
            Assert.Contains(
                $"00000001.log at {second}: the checksum does not match", journal.Damage, StringComparison.Ordinal);
            Assert.Equal(["e-0", "e-2"], StateDirectory.Ids(journal));
            Assert.Equal(journal.Damage, Recovered(journal));
            var note = journal.Newest("journal.segment", out _)[^1];
            Assert.Equal("damage", PanicWire.Find(note.Fields, "cause"));
            Assert.Equal($"00000001.log at {second}", PanicWire.Find(note.Fields, "damage"));
            Assert.IsType<AppendResult.Written>(journal.Append([StateDirectory.Record(3)]));
        }

        Assert.Equal(damaged, File.ReadAllBytes(_state.Segment(1)));
        using (var again = _state.Open())
        {
            Assert.NotNull(again.Damage);
            Assert.Equal(["e-0", "e-2", "e-3"], StateDirectory.Ids(again));
        }

        // The note stands once, however often the journal is opened.
        Assert.Equal(2, JournalFiles().Length);
        Assert.Equal(1, Assert.Single(_state.Verify()).BadCount);
    }

    [Fact]
    public void ArchivingTheDamagedSegmentEndsTheReport()
    {
        _state.Write(0, 3);
        Damage(_state.Segment(1), 300);
        _state.Write(3, 1);
        File.Delete(_state.Segment(1));
        using var journal = _state.Open();
        Assert.Null(journal.Damage);
        Assert.Equal(["e-3"], StateDirectory.Ids(journal));
        Assert.Equal(0, Assert.Single(_state.Verify()).BadCount);
    }

    [Fact]
    public void AMissingSegmentInTheMiddleIsDamage()
    {
        _state.Write(0, 9, maxSegmentBytes: 600);
        Assert.True(JournalFiles().Length > 3);
        File.Delete(_state.Segment(2));
        using var journal = _state.Open();
        Assert.Contains("follows 00000002.log, which is not there", journal.Damage, StringComparison.Ordinal);
    }

    [Fact]
    public void ARemovedRecordBreaksTheChain()
    {
        _state.Write(0, 3);
        var lines = File.ReadAllLines(_state.Segment(1));
        File.WriteAllText(_state.Segment(1), string.Concat(lines.Where((_, i) => i != 2).Select(l => l + "\n")));
        using var journal = _state.Open();
        Assert.Contains("record 4 does not follow record 2", journal.Damage, StringComparison.Ordinal);
    }

    /// <summary>Number and checksum are right: only the hash tells that the record was not written behind the one before it.</summary>
    [Fact]
    public void AReplacedRecordBreaksTheChain()
    {
        _state.Write(0, 3);
        using var other = new StateDirectory();
        other.Write(7, 3);
        var lines = File.ReadAllLines(_state.Segment(1));
        lines[2] = File.ReadAllLines(other.Segment(1))[2];
        File.WriteAllText(_state.Segment(1), string.Join('\n', lines) + "\n");
        using var journal = _state.Open();
        Assert.Contains("record 3 does not follow record 2", journal.Damage, StringComparison.Ordinal);
        Assert.Equal(RecordFault.BadChain, Assert.Single(_state.Verify()).Bad[0].Fault);
    }

    [Fact]
    public void SegmentsRotateAndStayOneChain()
    {
        _state.Write(0, 20, maxSegmentBytes: 1000);
        Assert.InRange(JournalFiles().Length, 4, 20);
        Assert.All(JournalFiles(), f => Assert.InRange(new FileInfo(f).Length, 1, 1000));
        using var journal = _state.Open();
        Assert.Equal(StateDirectory.Expected(20), StateDirectory.Ids(journal));
        var audit = Assert.Single(_state.Verify());
        Assert.Equal((0, 20 + JournalFiles().Length), (audit.BadCount, audit.Records));
    }

    [Fact]
    public void ASecondWriterIsLockedOutUntilTheFirstEnds()
    {
        using (_state.Open())
        {
            var refused = Assert.IsType<JournalOpening.Refused>(
                JournalFile.Open(_state.Path, StateDirectory.Node, TimeProvider.System));
            Assert.Contains("another process writes the journal", refused.Why, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Why);
        }

        using var next = _state.Open();
        Assert.IsType<AppendResult.Written>(next.Append([StateDirectory.Record(0)]));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void NobodyElseMayReadIt()
    {
        _state.Write(0, 1);
        var owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(Directory.GetFiles(_state.NodeDir), f => Assert.Equal(owner, File.GetUnixFileMode(f)));
        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_state.NodeDir));
        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_state.Path, "journal")));
    }

    [Theory]
    [InlineData("../up")]
    [InlineData(".")]
    [InlineData("a/b")]
    [InlineData("-rf")]
    public void ANodeNameCannotLeaveTheDirectory(string node) =>
        Assert.Throws<ArgumentException>(() => JournalFile.Open(_state.Path, node, TimeProvider.System));

    [Fact]
    public void AStateDirectoryThatIsAFileIsRefusedInOneLine()
    {
        var file = Path.Combine(_state.Path, "file");
        File.WriteAllText(file, string.Empty);
        var refused = Assert.IsType<JournalOpening.Refused>(
            JournalFile.Open(file, StateDirectory.Node, TimeProvider.System));
        Assert.StartsWith("cannot open the journal", refused.Why, StringComparison.Ordinal);
    }

    public void Dispose() => _state.Dispose();

    private static string? Recovered(JournalFile journal)
    {
        journal.Newest("panic.", out var damage);
        return damage;
    }

    private string[] JournalFiles() => Directory.GetFiles(_state.NodeDir, "*.log");

    private static void Damage(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
