using Trader.Hosting.Http;
using Xunit;

namespace Trader.Hosting.Tests;

public sealed class LinkTokenTests : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly ScratchDirectory _scratch = new();

    private string TokenFile => _scratch.File(LinkToken.FileName);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_environment_wins_and_a_short_token_is_refused()
    {
        var given = new string('g', LinkToken.MinLength);
        Assert.Equal(
            given,
            LinkToken.Obtain(new Dictionary<string, string> { [LinkToken.Variable] = given }, _scratch.Path).Reveal());
        Assert.False(File.Exists(TokenFile));
        var error = Assert.Throws<InvalidDataException>(
            () => LinkToken.Obtain(
                new Dictionary<string, string> { [LinkToken.Variable] = "short-one" }, _scratch.Path));
        Assert.DoesNotContain("short-one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_is_created_for_its_owner_alone_and_read_by_the_next()
    {
        var nested = Path.Combine(_scratch.Path, "a", "b");
        var first = LinkToken.Obtain(Nothing, nested);
        Assert.Equal(64, first.Reveal().Length);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(nested, LinkToken.FileName)));
        Assert.Equal(first, LinkToken.Obtain(Nothing, nested));
    }

    [Fact]
    public async Task Everybody_who_starts_at_once_gets_the_same_token_and_no_draft_stays()
    {
        using var gate = new Barrier(8);
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                gate.SignalAndWait();
                return LinkToken.Obtain(Nothing, _scratch.Path);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Single(all.Distinct());
        Assert.Equal([TokenFile], Directory.GetFiles(_scratch.Path));
    }

    [Fact]
    [Trait("rule", "S16")]
    public void A_file_that_others_can_read_or_that_is_cut_short_is_refused()
    {
        File.WriteAllText(TokenFile, "tooshort");
        File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains(
            "fewer than", Assert.Throws<InvalidDataException>(() => LinkToken.Obtain(Nothing, _scratch.Path)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(TokenFile, new string('x', 64));
        File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains(
            "chmod 600", Assert.Throws<InvalidDataException>(() => LinkToken.Obtain(Nothing, _scratch.Path)).Message,
            StringComparison.Ordinal);
    }
}
