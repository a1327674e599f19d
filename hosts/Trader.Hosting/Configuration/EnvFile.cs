using System.Text;

namespace Trader.Hosting.Configuration;

/// <summary>
/// Reads the documented env files the way systemd's EnvironmentFile reads them, because operators append to them by
/// hand: the last assignment of a name wins, <c>#</c> and <c>;</c> begin a comment line, values may be quoted. CRLF,
/// a byte-order mark, a missing final newline and <c>export</c> are accepted.
/// </summary>
public static class EnvFile
{
    /// <summary>One assignment.</summary>
    /// <param name="Line">From 1.</param>
    public sealed record Entry(string Value, int Line);

    /// <param name="text">The whole file.</param>
    /// <param name="wrong">Gets the number of every line that is no assignment, and why.</param>
    public static IReadOnlyDictionary<string, Entry> Parse(string text, Action<int, string> wrong)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(wrong);
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        var number = 0;
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (line.StartsWith("export ", StringComparison.Ordinal))
            {
                line = line["export ".Length..].TrimStart();
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !IsName(line[..equals].TrimEnd()))
            {
                wrong(number, "is no NAME=value line");
            }
            else if (Unquote(line[(equals + 1)..].TrimStart()) is not { } value)
            {
                wrong(number, "has a quote that does not end where the value ends");
            }
            else
            {
                entries[line[..equals].TrimEnd()] = new Entry(value, number);
            }
        }

        return entries;
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string? Unquote(string value)
    {
        if (value.Length == 0 || value[0] is not ('"' or '\''))
        {
            return value;
        }

        var quote = value[0];
        var text = new StringBuilder();
        for (var i = 1; i < value.Length; i++)
        {
            var c = value[i];
            if (c == quote)
            {
                return i == value.Length - 1 ? text.ToString() : null;
            }

            // Only double quotes know escapes, as in a shell.
            if (c == '\\' && quote == '"' && i + 1 < value.Length && value[i + 1] is '"' or '\\' or '$' or '`')
            {
                c = value[++i];
            }

            text.Append(c);
        }

        return null;
    }
}
