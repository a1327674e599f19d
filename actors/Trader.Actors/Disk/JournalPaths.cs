using System.Globalization;

namespace Trader.Actors.Disk;

/// <summary>Where things stand under <c>TRADER_STATE_DIR</c>: the one home of these names.</summary>
public static class JournalPaths
{
    public const string Latch = "halt.latch";
    internal const string Lock = "lock";
    private const int NumberDigits = 8;
    private const int MaxNodeLength = 64;
    private const string Extension = ".log";

    /// <summary>Holds one directory per node.</summary>
    public static string Root(string stateDir) => Path.Combine(stateDir, "journal");

    /// <exception cref="ArgumentException">The name could leave the directory or surprise a shell.</exception>
    public static string Node(string stateDir, string node)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        if (node.Length > MaxNodeLength || node[0] is '.' or '-'
            || !node.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw new ArgumentException(
                "A node name has 1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first.",
                nameof(node));
        }

        return Path.Combine(Root(stateDir), node);
    }

    internal static string Segment(int number) => number.ToString("D8", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The numbers of the segments that exist, ascending; none when the directory does not exist.</summary>
    internal static List<int> Segments(string nodeDir)
    {
        if (!Directory.Exists(nodeDir))
        {
            return [];
        }

        var numbers = new List<int>();
        foreach (var path in Directory.EnumerateFiles(nodeDir, "*" + Extension))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (name.Length == NumberDigits
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }
}
