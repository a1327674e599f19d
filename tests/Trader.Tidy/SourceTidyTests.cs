using System.Text.RegularExpressions;
using Xunit;

namespace Trader.Tidy;

/// <summary>STYLE's last section, held against every source file.</summary>
public sealed class SourceTidyTests
{
    private static readonly string[] Production = ["actors", "hosts", "clients", "samples", "lighthouse", "pbm"];
    private static readonly string[] Everything = ["akka", "actors", "hosts", "clients", "samples", "lighthouse", "pbm", "bench", "tests"];
    private static readonly string[] Written = [".cs", ".csproj", ".props", ".md", ".sh", ".service", ".hocon", ".yml", ".yaml", ".json", ".py"];

    [Fact]
    public void Actor_files_stay_under_300_lines()
    {
        var files = Repository.Files(Production, ".cs").Where(f => Actors.IsActorFile(f.Text)).ToList();

        Assert.NotEmpty(files);
        Findings.None(files.Where(f => f.Text.Count('\n') > 300).Select(f => $"{f.Path} has {f.Text.Count('\n')} lines"));
    }

    [Fact]
    public void Methods_stay_under_60_lines()
    {
        var methods = Repository.Files(Production, ".cs").SelectMany(Methods).ToList();

        Assert.NotEmpty(methods);
        Findings.None(methods.Where(m => m.Lines > 60).Select(m => $"{m.Where} {m.Name} has {m.Lines} lines"));
    }

    [Fact]
    public void Only_hosts_the_guardian_and_the_engine_catch_everything()
    {
        // With a filter that names the failures it is not everything; with a bare rethrow nothing is swallowed.
        var findings = Repository.Files(["actors", "clients", "samples", "lighthouse", "pbm"], ".cs")
            .Where(f => !f.Path.Contains("Guardian", StringComparison.Ordinal))
            .SelectMany(f => Find(f, @"\bcatch\s*(\(\s*(System\.)?Exception\b[^)]*\)\s*(?!\s*when)\s*)?\{(?![^}]*\bthrow;)"));

        Findings.None(findings);
    }

    [Theory]
    [InlineData(@"\basync\s+void\b")]
    [InlineData(@"[(,]\s*Skip\s*=(?!>)")]
    [InlineData(@"#pragma\s+warning\s+disable")]
    [InlineData(@"#region\b")]
    public void No_source_has(string pattern) =>
        Findings.None(Repository.Files(Everything, ".cs").SelectMany(f => Find(f, pattern)));

    [Fact]
    public void Nothing_written_is_unfinished_or_bound_to_a_machine()
    {
        var pattern = new Regex(@"\b(TODO|FIXME|XXX|HACK)\b|(?<![\w.])/(home|root|work)/\w|[A-Z]:\\Users\\");
        var findings = Repository.Files([""], Written).Append(Repository.File("trader"))
            // This folder spells the words it looks for.
            .Where(f => !f.Path.StartsWith("tests/Trader.Tidy/", StringComparison.Ordinal))
            .SelectMany(f => pattern.Matches(f.Text).Select(m => $"{f.At(m.Index)} {m.Value}"));

        Findings.None(findings);
    }

    [Fact]
    public void Redis_keys_are_spelled_in_one_place()
    {
        const string home = "actors/Trader.Messages/RedisKeys.";
        const string KeyText = @"^(quantum|system|trader|exit_brain):[a-z_]+";
        var files = Repository.Files(Production, ".cs").ToList();
        var keys = files.Where(f => f.Path.StartsWith(home, StringComparison.Ordinal))
            .SelectMany(f => SourceText.Parse(f.Text).Literals).Select(l => l.Content).Where(k => Regex.IsMatch(k, KeyText)).ToList();
        var findings = files.Where(f => !f.Path.StartsWith(home, StringComparison.Ordinal))
            .SelectMany(f => SourceText.Parse(f.Text).Literals
                .Where(l => keys.Exists(k => l.Content.Contains(k, StringComparison.Ordinal)) || Regex.IsMatch(l.Content, KeyText))
                .Select(l => $"{f.At(l.Offset)} \"{l.Content}\""));

        Assert.NotEmpty(keys);
        Findings.None(findings);
    }

    [Fact]
    public void Sender_and_Self_are_not_used_where_another_message_may_own_them()
    {
        var files = Repository.Files(Production, ".cs").Where(f => Actors.IsActorFile(f.Text)).ToList();

        Assert.NotEmpty(files);
        Findings.None(files.SelectMany(f => Actors.LateSenders(SourceText.Parse(f.Text).Code).Select(at => f.At(at))));
    }

    [Fact]
    public void Lines_stay_within_their_columns()
    {
        // 120 is the rule; a little more is let through where a string or a signature would only get harder to read.
        var findings = Repository.Files(Production, ".cs")
            .SelectMany(f => f.Text.Split('\n').Select((line, i) => (line, i)).Where(l => l.line.Length > 160)
                .Select(l => $"{f.Path}:{l.i + 1} has {l.line.Length} columns"));

        Findings.None(findings);
    }

    private static IEnumerable<string> Find(RepositoryFile file, string pattern) =>
        Regex.Matches(SourceText.Parse(file.Text).Code, pattern).Select(m => $"{file.At(m.Index)} {m.Value.Trim()}");

    private static IEnumerable<(string Where, string Name, int Lines)> Methods(RepositoryFile file) =>
        Member.Find(SourceText.Parse(file.Text).Code).Where(m => m.IsMethod)
            .Select(m => (file.At(m.Start), m.Name, file.LineOf(m.End) - file.LineOf(m.Start) + 1));
}
