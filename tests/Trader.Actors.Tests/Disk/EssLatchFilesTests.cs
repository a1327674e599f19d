using System.Runtime.Versioning;
using Trader.Actors.Disk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Disk;

/// <summary>The latch on a real disk: what counts as a latch, and what may never be taken for none.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class EssLatchFilesTests : IDisposable
{
    private readonly string _run = Directory.CreateTempSubdirectory("trader-run-").FullName;

    private string Latch => Path.Combine(_run, "ESS_ON");

    private EssLatchFiles Files => new(_run, TimeProvider.System);

    [Fact]
    [Trait("covers", "F4")]
    public void An_empty_file_is_a_latch_and_none_is_none()
    {
        Assert.Equal(new EssLatch(Latch, false, ""), Files.Look(notes: true).Latch);
        File.WriteAllText(Latch, "");
        Assert.Equal(new EssLatch(Latch, true, ""), Files.Look(notes: true).Latch);
        File.Delete(Latch);
        Assert.False(Files.Look(notes: true).Latch.Engaged);
    }

    [Fact]
    public void S1_a_directory_or_a_dangling_link_stands_there_too()
    {
        Directory.CreateDirectory(Latch);
        var seen = Files.Look(notes: true);
        Assert.True(seen.Latch.Present);
        Assert.Equal("a directory", seen.Oddity);
        Directory.Delete(Latch);

        File.CreateSymbolicLink(Latch, Path.Combine(_run, "nowhere"));
        seen = Files.Look(notes: true);
        Assert.True(seen.Latch.Present);
        Assert.Equal("a link", seen.Oddity);
    }

    [Fact]
    public void A_run_directory_that_does_not_exist_holds_no_latch()
    {
        Directory.Delete(_run);
        Assert.False(Files.Look(notes: true).Latch.Engaged);
        Directory.CreateDirectory(_run);
    }

    [Fact]
    public void S1_a_run_directory_that_is_none_is_doubt()
    {
        Directory.Delete(_run);
        File.WriteAllText(_run, "");
        var latch = Files.Look(notes: true).Latch;
        Assert.False(latch.Present);
        Assert.True(latch.Engaged);
        Assert.NotEmpty(latch.Doubt);

        File.Delete(_run);
        File.CreateSymbolicLink(_run, Path.Combine(_run, "loop"));
        Assert.True(Files.Look(notes: true).Latch.Engaged);
        File.Delete(_run);
        Directory.CreateDirectory(_run);
    }

    [Fact]
    [Trait("covers", "D-E13")]
    public void Raised_it_says_when_and_who_and_lowering_leaves_nothing()
    {
        Directory.Delete(_run);
        Assert.Null(Files.Raise(EssNote.Of(1_700_000_000_000, "ann", "drill\nof today")));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$", File.ReadAllText(Latch));
        Assert.Equal(new EssNote(1_700_000_000_000, "ann", "drill?of today"), Files.Look(notes: true).Made);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(Latch));

        Assert.Null(Files.Lower(notesOnly: true));
        Assert.Equal([Latch], Directory.GetFileSystemEntries(_run));
        Assert.Null(Files.Lower());
        Assert.Empty(Directory.GetFileSystemEntries(_run));
        Assert.Null(Files.Lower());
    }

    [Fact]
    public void S14_a_release_from_before_the_latch_is_forgotten_when_it_is_raised()
    {
        var release = Path.Combine(_run, EssLatchFiles.ReleaseNote);
        File.WriteAllText(release, EssNote.Of(1, "bob", "old").Write());
        Assert.Equal(new EssNote(1, "bob", "old"), Files.Look(notes: true).Release);
        Assert.Null(Files.Raise(EssNote.Of(2, "trader", "Daily drawdown 6.00% >= 5.00%")));
        Assert.Null(Files.Look(notes: true).Release);
        File.Delete(Latch);
        Assert.Null(Files.Look(notes: true).Release);
    }

    [Fact]
    public void A_latch_that_stands_is_left_as_it_is()
    {
        File.WriteAllText(Latch, "mine");
        Assert.Null(Files.Raise(EssNote.Of(2, "trader", "x")));
        Assert.Equal("mine", File.ReadAllText(Latch));
    }

    [Fact]
    public void S1_a_latch_that_cannot_be_raised_says_why()
    {
        Directory.Delete(_run);
        File.WriteAllText(_run, "");
        Assert.NotNull(Files.Raise(EssNote.Of(2, "trader", "x")));
        File.Delete(_run);
        Directory.CreateDirectory(_run);
    }

    [Fact]
    public void S14_a_directory_with_something_in_it_is_not_removed_by_software()
    {
        Directory.CreateDirectory(Path.Combine(Latch, "inner"));
        Assert.NotNull(Files.Lower());
        Assert.True(Files.Look(notes: false).Latch.Present);
    }

    [Theory]
    [InlineData("", 0, "", "")]
    [InlineData("at=12\nby=ann\nreason=because=so\n", 12, "ann", "because=so")]
    [InlineData("by=a\nnonsense\nat=x\nby=b", 0, "b", "")]
    public void A_note_is_read_whatever_it_holds(string text, long at, string by, string reason) =>
        Assert.Equal(new EssNote(at, by, reason), EssNote.Read(text));

    public void Dispose() => Directory.Delete(_run, recursive: true);
}
