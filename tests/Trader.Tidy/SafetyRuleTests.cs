using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Trader.Tidy;

/// <summary>Every safety rule has a test that names it, and no test names a rule that is not there.</summary>
public sealed class SafetyRuleTests
{
    private const int Rules = 16;

    /// <summary>Rules whose subject is not part of the system yet, and what that subject is.</summary>
    private static readonly Dictionary<int, string> NotYet = new()
    {
    };

    [Fact]
    public void Every_safety_rule_is_named_by_a_test()
    {
        var named = Named().Select(n => n.Rule).ToHashSet();
        var missing = Enumerable.Range(1, Rules).Where(rule => !named.Contains(rule) && !NotYet.ContainsKey(rule));

        Findings.None(missing.Select(rule => $"no test names S{rule}"));
    }

    [Fact]
    public void Tests_name_only_rules_that_exist()
    {
        var named = Named().ToList();

        Assert.NotEmpty(named);
        Findings.None(named.Where(n => n.Rule is < 1 or > Rules).Select(n => $"{n.Where} names S{n.Rule}"));
    }

    /// <summary>By trait, or in the name of a test method: <c>S3_…</c>, <c>…_S3</c>.</summary>
    private static IEnumerable<(string Where, int Rule)> Named()
    {
        foreach (var file in Repository.Files(["tests"], ".cs").Where(f => !f.Path.StartsWith("tests/Trader.Tidy/", StringComparison.Ordinal)))
        {
            var traits = Regex.Matches(file.Text, """Trait\("rule",\s*"S(\d+)"\)""");
            var names = Regex.Matches(
                SourceText.Parse(file.Text).Code, @"\[(?:Fact|Theory|Property)[^\]]*\][^{;=]*?\s(\w*?(?<![A-Za-z0-9])S(\d+)(?![A-Za-z0-9])\w*)\s*\(");
            foreach (var match in traits.Select(m => (m.Index, m.Groups[1].Value)).Concat(names.Select(m => (m.Index, m.Groups[2].Value))))
            {
                yield return (file.At(match.Index), int.Parse(match.Value, CultureInfo.InvariantCulture));
            }
        }
    }
}
