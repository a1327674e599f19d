using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Trader.Actors.Disk;
using Xunit;

namespace Trader.Actors.Tests.Disk;

/// <summary>
/// A disk that is full, or dying: nothing is acknowledged that is not there, and nothing half-written stays.
/// </summary>
[Trait("rule", "S12")]
public sealed class JournalFaultTests : IDisposable
{
    private readonly StateDirectory _state = new();
    private readonly FaultyIo _io = new();

    /// <summary>The kernel's own "no space left": /dev/full stands where the segment does.</summary>
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void ARealFullDiskIsAnswered()
    {
        _state.Write(0, 1);
        File.Delete(_state.Segment(1));
        File.CreateSymbolicLink(_state.Segment(1), "/dev/full");
        using var journal = _state.Open();
        var failed = Assert.IsType<AppendResult.Failed>(journal.Append([StateDirectory.Record(0)]));
        Assert.Contains("No space left on device", failed.Why, StringComparison.Ordinal);

        // A device cannot be cut back, so the journal goes on in a new segment.
        Assert.IsType<AppendResult.Written>(journal.Append([StateDirectory.Record(1)]));
        Assert.Equal(["e-1"], StateDirectory.Ids(journal));
        Assert.True(File.Exists(_state.Segment(2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    public void APartialWriteIsCutBackAndTheNextAppendStandsInItsPlace(int bytes)
    {
        using (var journal = _state.Open(_io))
        {
            journal.Append([StateDirectory.Record(0)]);
            var before = File.ReadAllBytes(_state.Segment(1));
            _io.WriteOnly = bytes;
            var failed = Assert.IsType<AppendResult.Failed>(
                journal.Append([StateDirectory.Record(8), StateDirectory.Record(9)]));
            Assert.Equal("No space left on device", failed.Why);
            Assert.Equal(before, File.ReadAllBytes(_state.Segment(1)));
            _io.WriteOnly = null;
            Assert.IsType<AppendResult.Written>(journal.Append([StateDirectory.Record(1)]));
        }

        AssertWhole(expected: 2, segments: 1);
    }

    [Fact]
    public void AfterAFailedCutBackTheJournalGoesOnInANewSegment()
    {
        using (var journal = _state.Open(_io))
        {
            journal.Append([StateDirectory.Record(0)]);
            (_io.WriteOnly, _io.CutFails) = (350, true);
            Assert.IsType<AppendResult.Failed>(journal.Append([StateDirectory.Record(8), StateDirectory.Record(9)]));
            (_io.WriteOnly, _io.CutFails) = (null, false);
            Assert.IsType<AppendResult.Written>(journal.Append([StateDirectory.Record(1)]));
        }

        // What the failed append left in the first segment is whole by itself, and still not part of the journal.
        Assert.Contains("e-8", File.ReadAllText(_state.Segment(1)), StringComparison.Ordinal);
        AssertWhole(expected: 2, segments: 2);
    }

    [Fact]
    public void AFileWhoseSyncFailedIsNeverTrustedAgain()
    {
        using (var journal = _state.Open(_io))
        {
            journal.Append([StateDirectory.Record(0)]);
            _io.FlushFails = true;
            Assert.IsType<AppendResult.Failed>(journal.Append([StateDirectory.Record(8)]));
            Assert.IsType<AppendResult.Failed>(journal.Append([StateDirectory.Record(9)]));
            _io.FlushFails = false;
            Assert.IsType<AppendResult.Written>(journal.Append([StateDirectory.Record(1)]));
        }

        AssertWhole(expected: 2, segments: 2);
    }

    [Fact]
    public void AFullDiskAtStartStillOpensAndReportsEachAppend()
    {
        _io.WriteOnly = 0;
        using (var journal = _state.Open(_io))
        {
            Assert.IsType<AppendResult.Failed>(journal.Append([StateDirectory.Record(8)]));
            _io.WriteOnly = null;
            Assert.IsType<AppendResult.Written>(journal.Append([StateDirectory.Record(0)]));
        }

        AssertWhole(expected: 1, segments: 1);
    }

    [Fact]
    public void ARepairThatTheDiskRefusesIsDoneBeforeTheNextAppend()
    {
        _state.Write(0, 2);
        File.AppendAllText(_state.Segment(1), "torn");
        _io.CutFails = true;
        using (var journal = _state.Open(_io))
        {
            Assert.Equal(StateDirectory.Expected(2), StateDirectory.Ids(journal));
            Assert.IsType<AppendResult.Failed>(journal.Append([StateDirectory.Record(8)]));
            _io.CutFails = false;
            Assert.IsType<AppendResult.Written>(journal.Append([StateDirectory.Record(2)]));
        }

        AssertWhole(expected: 3, segments: 1);
    }

    [Fact]
    public void AnUnfinishedNewSegmentIsMovedAside()
    {
        _state.Write(0, 2);
        var opener = File.ReadAllLines(_state.Segment(1))[0];
        File.WriteAllText(_state.Segment(2), opener[..50]);
        using (var journal = _state.Open())
        {
            Assert.Null(journal.Damage);
            Assert.IsType<AppendResult.Written>(journal.Append([StateDirectory.Record(2)]));
        }

        AssertWhole(expected: 3, segments: 1);
        Assert.Equal(opener[..50], File.ReadAllText(Assert.Single(Directory.GetFiles(_state.NodeDir, "*.torn"))));
    }

    public void Dispose() => _state.Dispose();

    private void AssertWhole(int expected, int segments)
    {
        using (var again = _state.Open())
        {
            Assert.Null(again.Damage);
            Assert.Equal(StateDirectory.Expected(expected), StateDirectory.Ids(again));
        }

        Assert.Equal(segments, Directory.GetFiles(_state.NodeDir, "*.log").Length);
        Assert.Equal(0, Assert.Single(_state.Verify()).BadCount);
    }
}

/// <summary>A disk whose calls fail on demand, the way the kernel fails them.</summary>
internal sealed class FaultyIo : JournalIo
{
    /// <summary>Bytes that still fit; null for plenty.</summary>
    public int? WriteOnly { get; set; }

    public bool FlushFails { get; set; }

    /// <summary>For tests of what is in the files, where a thousand syncs prove nothing.</summary>
    public bool FlushSkipped { get; set; }

    public bool CutFails { get; set; }

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        base.Write(file, WriteOnly is { } most ? bytes[..Math.Min(most, bytes.Length)] : bytes, offset);
        if (WriteOnly is not null)
        {
            throw new IOException("No space left on device");
        }
    }

    public override void Flush(SafeFileHandle file)
    {
        if (FlushFails)
        {
            throw new IOException("Input/output error");
        }

        if (!FlushSkipped)
        {
            base.Flush(file);
        }
    }

    public override void SetLength(SafeFileHandle file, long length)
    {
        if (CutFails)
        {
            throw new IOException("Input/output error");
        }

        base.SetLength(file, length);
    }
}
