using System.Text.RegularExpressions;
using Xunit;

namespace Trader.Tidy;

/// <summary>The solution is whole, and its tests test.</summary>
public sealed class SolutionTidyTests
{
    // What a test can fail by: xunit, the TestKit's expectations, a property, or a helper of its own project that does one of these.
    private const string Failing = @"\b(Assert|Expect\w*|Await\w*|Fish\w*|Throw\w*|Quick\w*|Check\w*|Verify\w*|Prove\w*|Eventually\w*|Until\w*|EventFilter|Within)\b";

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.File("Trader.sln").Text.Replace('\\', '/');
        var projects = Repository.Files([""], ".csproj");

        Assert.NotEmpty(projects);
        Assert.Empty(projects.Where(p => !solution.Contains($"\"{p.Path}\"", StringComparison.Ordinal)).Select(p => p.Path));
    }

    [Fact]
    public void Every_package_version_stands_in_one_place() =>
        Assert.Empty(Repository.Files([""], ".csproj")
            .Where(p => Regex.IsMatch(p.Text, @"<PackageReference[^>]*\sVersion=")).Select(p => p.Path));

    [Fact]
    public void Every_test_can_fail()
    {
        var tests = 0;
        var toothless = new List<string>();
        foreach (var project in Repository.Files(["tests"], ".csproj").Where(p => p.Text.Contains("<IsTestProject>true", StringComparison.Ordinal)))
        {
            var files = Repository.Files([Path.GetDirectoryName(project.Path)!], ".cs");
            var code = files.Select(f => (File: f, SourceText.Parse(f.Text).Code)).ToList();
            var helpers = code.SelectMany(c => Member.Find(c.Code).Where(m => Regex.IsMatch(c.Code[m.Open..m.End], Failing)).Select(m => m.Name))
                .Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
            foreach (var (file, text) in code)
            {
                foreach (Match test in Regex.Matches(text, @"\[(Fact|Theory|Property)\b"))
                {
                    tests++;
                    var body = Body(text, test.Index);
                    if (!Regex.IsMatch(body, Failing) && !Regex.Matches(body, @"\b(\w+)\s*\(").Any(call => helpers.Contains(call.Groups[1].Value)))
                    {
                        toothless.Add(file.At(test.Index));
                    }
                }
            }
        }

        Assert.True(tests > 0, "no tests at all");
        Assert.Empty(toothless);
    }

    /// <summary>From the attribute to the end of the method it stands on.</summary>
    private static string Body(string code, int attribute)
    {
        var depth = 0;
        for (var i = attribute; i < code.Length; i++)
        {
            depth += code[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if ((code[i] == '}' && depth == 0) || (code[i] == ';' && depth == 0))
            {
                return code[attribute..i];
            }
        }

        return code[attribute..];
    }
}
