using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>Dotted paths; an element that holds a dot or another special character stands in double quotes.</summary>
internal static class HoconPath
{
    /// <exception cref="FormatException">An element is empty or a quote is not closed.</exception>
    public static IReadOnlyList<string> Split(string path)
    {
        if (!path.Contains('"', StringComparison.Ordinal))
        {
            var plain = path.Split('.');
            return Array.TrueForAll(plain, static e => e.Length > 0) ? plain : throw Bad(path);
        }
        var elements = new List<string>();
        var current = new StringBuilder();
        var quoted = false;
        var wasQuoted = false;
        foreach (var c in path)
        {
            if (c == '"')
            {
                quoted = !quoted;
                wasQuoted = true;
            }
            else if (c == '.' && !quoted)
            {
                Take(path, elements, current, wasQuoted);
                wasQuoted = false;
            }
            else
            {
                current.Append(c);
            }
        }
        Take(path, elements, current, wasQuoted);
        return quoted ? throw Bad(path) : elements;
    }

    public static string Join(IEnumerable<string> elements) => string.Join('.', elements.Select(Quote));

    public static string Quote(string element) =>
        element.Length > 0 && element.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '/')
            ? element
            : $"\"{element}\"";

    private static void Take(string path, List<string> elements, StringBuilder current, bool wasQuoted)
    {
        if (current.Length == 0 && !wasQuoted)
        {
            throw Bad(path);
        }
        elements.Add(current.ToString());
        current.Clear();
    }

    private static FormatException Bad(string path) => new($"'{path}' is not a configuration path");
}
