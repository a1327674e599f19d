using System.Text.RegularExpressions;
using Xunit;

namespace Trader.Tidy;

/// <summary><c>akka.hocon</c> is the only home of defaults: what stands there is read, and what is read stands there, with a comment.</summary>
public sealed class SettingsTidyTests
{
    [Fact]
    public void Every_key_is_read_and_every_read_key_exists()
    {
        var keys = Keys().Select(k => k.Path).ToHashSet(StringComparer.Ordinal);
        var read = Repository.Files(["actors", "hosts", "clients"], ".cs")
            .SelectMany(f => SourceText.Parse(f.Text).Literals)
            .Select(l => l.Content).Where(text => Regex.IsMatch(text, @"^trader(\.[a-z0-9-]+)+$")).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(keys);
        Findings.None(keys.Where(key => !read.Contains(key)).Select(key => $"{key} is read nowhere"));
        Findings.None(read.Where(path => !keys.Contains(path) && !keys.Any(k => k.StartsWith(path + ".", StringComparison.Ordinal)))
            .Select(path => $"{path} is read and does not stand in akka.hocon"));
    }

    [Fact]
    public void Every_key_or_its_block_says_what_happens_at_its_edges()
    {
        var bare = Keys().Where(k => !k.Commented).Select(k => k.Path);

        Findings.None(bare);
    }

    /// <summary>The leaves below <c>trader</c>. Commented: a comment stands above it, above a neighbour it shares it with, or above its block.</summary>
    private static IEnumerable<(string Path, bool Commented)> Keys()
    {
        var blocks = new List<(string Name, bool Commented)>();
        var commented = false;
        foreach (var raw in Repository.File("akka.hocon").Text.Split('\n'))
        {
            var line = raw.Trim();
            if (line.StartsWith('#'))
            {
                commented = true;
            }
            else if (line.Length == 0)
            {
                commented = false;
            }
            else if (line == "}")
            {
                blocks.RemoveAt(blocks.Count - 1);
                commented = false;
            }
            else if (Regex.Match(line, @"^([\w.-]+)\s*\{$") is { Success: true } block)
            {
                blocks.Add((block.Groups[1].Value, commented));
                commented = false;
            }
            else if (Regex.Match(line, @"^([\w.-]+)\s*[=:]") is { Success: true } key && blocks is [("trader", _), ..])
            {
                yield return (string.Join('.', blocks.Select(b => b.Name).Append(key.Groups[1].Value)), commented || blocks[^1].Commented);
            }
        }
    }
}
