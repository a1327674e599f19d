using System.Runtime.Versioning;
using Trader.Actors.Disk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Disk;

public sealed class HaltLatchTests : IDisposable
{
    private static readonly HaltRecord Halt = new(
        EventId.FromGuid(Guid.Parse("6f1e9a52-0b55-4b3e-9a53-0f2d3c4b5a69")),
        "EXIT_BRAIN_CRASHED \"ü\"", "watchdog", 44, 1_763_719_323_123,
        "panic-close");

    private readonly StateDirectory _state = new();
    private readonly HaltLatch _latch;

    public HaltLatchTests() => _latch = new HaltLatch(_state.Path, StateDirectory.Node, TimeProvider.System);

    private string LatchFile => Path.Combine(_state.Path, JournalPaths.Latch);

    [Fact]
    [Trait("rule", "S4")]
    public void WhatWasSetStandsAfterARestart()
    {
        Assert.Null(_latch.Set(Halt));
        Assert.Equal(Halt, new HaltLatch(_state.Path, "another-node", TimeProvider.System).Read());
        Assert.Empty(Directory.GetFiles(_state.Path, "*.tmp"));
    }

    [Fact]
    public void NoFileIsNotHalted()
    {
        Assert.Null(_latch.Read());
        Assert.Null(new HaltLatch(Path.Combine(_state.Path, "not-there"), "n", TimeProvider.System).Read());
    }

    [Theory]
    [Trait("rule", "S1")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"halted\":\"false\"}")]
    [InlineData("{\"event_id\":\"a\",\"reason\":null,\"source\":\"s\","
        + "\"positions_closed\":\"1\",\"ts\":\"1\",\"halted_by\":\"x\"}")]
    [InlineData("{\"event_id\":\"a b\",\"reason\":\"r\",\"source\":\"s\","
        + "\"positions_closed\":\"1\",\"ts\":\"1\",\"halted_by\":\"x\"}")]
    [InlineData("{\"event_id\":\"a\",\"reason\":\"r\",\"source\":\"s\","
        + "\"positions_closed\":\"1\",\"ts\":\"now\",\"halted_by\":\"x\"}")]
    public void ALatchThatCannotBeReadIsHalted(string content)
    {
        File.WriteAllText(LatchFile, content);
        var read = Assert.IsType<HaltRecord>(_latch.Read());
        Assert.Equal(HaltLatch.UnreadableReason, read.Reason);
        Assert.Equal(read.EventId, _latch.Read()?.EventId);
    }

    [Fact]
    [Trait("rule", "S1")]
    public void EveryTruncationOfALatchIsHalted()
    {
        _latch.Set(Halt);
        var whole = File.ReadAllBytes(LatchFile);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(LatchFile, whole[..length]);
            Assert.NotNull(_latch.Read());
        }
    }

    [Fact]
    [Trait("rule", "S1")]
    public void WhateverStandsInItsPlaceIsHalted()
    {
        Directory.CreateDirectory(LatchFile);
        Assert.NotNull(_latch.Read());
        Directory.Delete(LatchFile);
        File.WriteAllBytes(LatchFile, new byte[1 << 20]);
        Assert.NotNull(_latch.Read());
        File.Delete(LatchFile);
        File.CreateSymbolicLink(LatchFile, Path.Combine(_state.Path, "nowhere"));
        Assert.NotNull(_latch.Read());
    }

    [Fact]
    [Trait("rule", "S1")]
    public void AStateDirectoryThatIsAFileIsHalted()
    {
        File.WriteAllText(Path.Combine(_state.Path, "file"), string.Empty);
        Assert.NotNull(new HaltLatch(Path.Combine(_state.Path, "file"), "n", TimeProvider.System).Read());
    }

    /// <summary>A crash between writing and renaming: somebody wanted to halt.</summary>
    [Theory]
    [Trait("rule", "S4")]
    [InlineData("")]
    [InlineData("{\"halted\":")]
    public void AnUnfinishedLatchIsHaltedToo(string content)
    {
        File.WriteAllText(Path.Combine(_state.Path, "halt.latch.watchdog.tmp"), content);
        Assert.NotNull(_latch.Read());
        Assert.Null(_latch.Clear());
        Assert.Null(_latch.Read());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void AFullDiskIsAnswered()
    {
        File.CreateSymbolicLink(Path.Combine(_state.Path, $"halt.latch.{StateDirectory.Node}.tmp"), "/dev/full");
        Assert.Contains("No space left on device", _latch.Set(Halt), StringComparison.Ordinal);
        Assert.NotNull(_latch.Read());
    }

    [Fact]
    public void AClearedLatchIsGone()
    {
        _latch.Set(Halt);
        Assert.Null(_latch.Clear());
        Assert.Null(_latch.Read());
        Assert.Null(_latch.Clear());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void NobodyElseMayReadIt()
    {
        _latch.Set(Halt);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(LatchFile));
    }

    public void Dispose() => _state.Dispose();
}
