using System.Text.RegularExpressions;
using Xunit;

namespace Trader.Tidy;

/// <summary>The solution is whole, and its tests test.</summary>
public sealed class SolutionTidyTests
{
    // What a test can fail by: xunit, the TestKit's expectations, a property, or a helper of its own project that does one of these.
    private const string Failing = @"\b(Assert|Findings|Expect\w*|Await\w*|Fish\w*|Throw\w*|Quick\w*|Check\w*|WaitAsync|Verify\w*|Prove\w*|Eventually\w*|Until\w*|EventFilter|Within)\b";

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.File("Trader.sln").Text.Replace('\\', '/');
        var projects = Repository.Files([""], ".csproj");

        Assert.NotEmpty(projects);
        Findings.None(projects.Where(p => !solution.Contains($"\"{p.Path}\"", StringComparison.Ordinal)).Select(p => p.Path));
    }

    [Fact]
    public void Every_package_version_stands_in_one_place() =>
        Findings.None(Repository.Files([""], ".csproj")
            .Where(p => Regex.IsMatch(p.Text, @"<PackageReference[^>]*\sVersion=")).Select(p => p.Path));

    [Fact]
    public void Every_test_can_fail()
    {
        var sources = Repository.Files(["tests"], ".cs").Select(f => (File: f, SourceText.Parse(f.Text).Code)).ToList();
        var helpers = Helpers([.. sources.SelectMany(s => Member.Find(s.Code).Select(m => (m.Name, Body: s.Code[m.Open..m.End])))]);
        var tests = sources.SelectMany(s => Regex.Matches(s.Code, @"\[(Fact|Theory|Property)\b")
            .Select(m => (Where: s.File.At(m.Index), Body: Body(s.Code, m.Index)))).ToList();

        Assert.NotEmpty(tests);
        Findings.None(tests.Where(t => !CanFail(t.Body, helpers)).Select(t => t.Where));
    }

    [Fact]
    public void Every_test_project_has_tests()
    {
        var projects = Repository.Files(["tests"], ".csproj")
            .Where(p => p.Text.Contains("<IsTestProject>true", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(projects);
        Findings.None(projects.Where(p => !Repository.Files([Path.GetDirectoryName(p.Path)!], ".cs")
            .Any(f => Regex.IsMatch(f.Text, @"\[(Fact|Theory|Property)\b"))).Select(p => p.Path));
    }

    /// <summary>Methods that can fail, by themselves or through another one.</summary>
    private static HashSet<string> Helpers(IReadOnlyList<(string Name, string Body)> methods)
    {
        var helpers = new HashSet<string>(StringComparer.Ordinal);
        for (var before = -1; before != helpers.Count;)
        {
            before = helpers.Count;
            helpers.UnionWith(methods.Where(m => m.Name.Length > 0 && CanFail(m.Body, helpers)).Select(m => m.Name));
        }

        return helpers;
    }

    private static bool CanFail(string body, HashSet<string> helpers) =>
        Regex.IsMatch(body, Failing)
        || Regex.Matches(body, @"\b(\w+)\s*(?:<[^()]*>)?\s*\(").Any(call => helpers.Contains(call.Groups[1].Value));

    /// <summary>From the attribute to the end of the method it stands on.</summary>
    private static string Body(string code, int attribute)
    {
        var depth = 0;
        for (var i = attribute; i < code.Length; i++)
        {
            depth += code[i] switch { '(' or '{' or '[' => 1, ')' or '}' or ']' => -1, _ => 0 };
            if (depth == 0 && (code[i] is '}' or ';'))
            {
                return code[attribute..i];
            }
        }

        return code[attribute..];
    }
}
