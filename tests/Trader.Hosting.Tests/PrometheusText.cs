using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>A strict reader of the exposition format 0.0.4: whatever it does not know is an error.</summary>
internal static partial class PrometheusText
{
    public static IReadOnlyDictionary<string, double> Read(string text)
    {
        Assert.True(text.Length == 0 || text.EndsWith('\n'), "the text must end with a line end");
        Assert.DoesNotContain('\r', text);
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var (family, helped) = ("", "");
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
            {
                var words = line.Split(' ', 4);
                Assert.True(words is ["#", "HELP" or "TYPE", _, _], line);
                Assert.True(words[1] == "HELP" ? !types.ContainsKey(words[2]) : words[2] == helped && types.TryAdd(words[2], words[3]), line);
                (family, helped) = (words[2], words[1] == "HELP" ? words[2] : helped);
                continue;
            }

            var match = Sample().Match(line);
            Assert.True(match.Success, line);
            var name = match.Groups["name"].Value;
            var type = types[family];
            Assert.True(
                name == family || (type == "histogram" && Regex.IsMatch(name, $"^{family}_(bucket|sum|count)$")), line);
            Assert.True(type != "counter" || name.EndsWith("_total", StringComparison.Ordinal), line);
            var value = match.Groups["value"].Value switch
            {
                "+Inf" => double.PositiveInfinity,
                "-Inf" => double.NegativeInfinity,
                var number => double.Parse(number, CultureInfo.InvariantCulture),
            };
            Assert.True(samples.TryAdd(name + match.Groups["labels"].Value, value), "twice: " + line);
        }

        return samples;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")*\})? (?<value>\S+)$""")]
    private static partial Regex Sample();
}
