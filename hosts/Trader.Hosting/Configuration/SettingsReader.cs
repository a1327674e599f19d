using System.Globalization;

namespace Trader.Hosting.Configuration;

/// <summary>
/// Reads typed values and collects every violation instead of stopping at the first, so that an operator repairs a
/// file in one go. A value that is wrong comes back as its lower limit; nobody sees it, because a list with
/// violations never becomes settings.
/// </summary>
internal sealed class SettingsReader(SettingsLayers layers)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<Violation> _violations = [];

    public IReadOnlyList<Violation> Violations => _violations;

    public void Wrong(string where, string what, string toDo) => _violations.Add(new Violation(where, what, toDo));

    /// <summary>Adds a violation of <paramref name="path"/>, naming the source that set it.</summary>
    public void WrongAt(string path, string what, string toDo) => _violations.Add(At(path, what, toDo));

    /// <summary>The same, for whoever keeps it apart.</summary>
    public Violation At(string path, string what, string toDo) =>
        new(layers.Find(path) is { } s ? $"{path} ({s.Where})" : path, what, toDo);

    public string Where(string path) => layers.Find(path)?.Where ?? "nowhere";

    public string Text(string path)
    {
        _known.Add(path);
        var setting = layers.Find(path);
        if (setting?.Text is null)
        {
            WrongAt(path, setting is null ? "is not set" : "is a list or null", "give it a value");
        }

        return setting?.Text ?? "";
    }

    public IReadOnlyList<string> Texts(string path, int most)
    {
        _known.Add(path);
        var setting = layers.Find(path);
        if (setting?.Items is not { } items || items.Count > most)
        {
            WrongAt(path, "is no list of at most " + most, "write [a, b]");
            return [];
        }

        return items;
    }

    /// <summary>A name that is safe in paths, keys and log lines.</summary>
    public string Name(string path, string whenEmpty, int most)
    {
        var text = Text(path);
        text = text.Length == 0 ? whenEmpty : text;
        if (text.Length == 0 || text.Length > most
            || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            WrongAt(path, $"'{Shown(text)}' is no name", $"use 1 to {most} of a-z A-Z 0-9 . _ -");
        }

        return text;
    }

    public TimeSpan Duration(string path, TimeSpan least, TimeSpan most)
    {
        var text = Text(path);
        if (layers.Find(path)?.Text is null)
        {
            return least;
        }

        var range = $"write a duration from {Shown(least)} to {Shown(most)}";
        if (!TryDuration(text, out var value))
        {
            WrongAt(path, $"'{Shown(text)}' is no duration", range + ", with its unit");
            return least;
        }

        if (value < least || value > most)
        {
            WrongAt(path, $"{Shown(value)} is {(value < least ? "below" : "above")} the limit", range);
        }

        return value;
    }

    public TimeSpan? DurationOrOff(string path, TimeSpan least, TimeSpan most) =>
        IsOff(path) ? null : Duration(path, least, most);

    public int Whole(string path, int least, int most)
    {
        var text = Text(path);
        if (layers.Find(path)?.Text is null)
        {
            return least;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            || value < least || value > most)
        {
            WrongAt(path, $"'{Shown(text)}' is out of range", $"write a whole number from {least} to {most}");
            return least;
        }

        return value;
    }

    /// <summary>A percentage above 0, or null for <c>off</c>.</summary>
    public decimal? PercentOrOff(string path, decimal most)
    {
        var text = Text(path);
        if (IsOff(path) || layers.Find(path)?.Text is null)
        {
            return null;
        }

        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || value <= 0 || value > most)
        {
            WrongAt(
                path, $"'{Shown(text)}' is out of range",
                FormattableString.Invariant($"write a number above 0 up to {most}, or off"));
            return null;
        }

        return value;
    }

    /// <summary>Every key that nothing has read is a misspelling, and a misspelled limit is no limit.</summary>
    public void RefuseUnknown(Func<string, bool> otherwiseKnown)
    {
        var unknown = layers.Paths.Where(p => !_known.Contains(p) && !otherwiseKnown(p));
        foreach (var path in unknown.Order(StringComparer.Ordinal))
        {
            WrongAt(path, "is not a known key", Nearest(path) is { } near ? $"did you mean {near}?" : "remove it");
        }
    }

    public static string Shown(TimeSpan value) => value switch
    {
        { TotalSeconds: < 10, Milliseconds: not 0 } =>
            FormattableString.Invariant($"{value.TotalMilliseconds:0.###}ms"),
        { TotalHours: >= 1, Minutes: 0, Seconds: 0 } => FormattableString.Invariant($"{value.TotalHours:0}h"),
        _ => FormattableString.Invariant($"{value.TotalSeconds:0.###}s"),
    };

    private bool IsOff(string path)
    {
        _known.Add(path);
        return layers.Find(path)?.Text == "off";
    }

    // A value may be a secret in the wrong place or a page of text: only its beginning, and only printable
    // characters, are shown.
    private static string Shown(string text) =>
        new([.. text.Take(40).Select(c => char.IsControl(c) ? '?' : c)]);

    private static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        decimal? unit = text[digits..].Trim() switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            _ => null,
        };
        if (unit is null || digits > 12
            || !decimal.TryParse(
                text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number * unit.Value > TimeSpan.MaxValue.Ticks)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)(number * unit.Value));
        return true;
    }

    private string? Nearest(string path)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        return _known.Order(StringComparer.Ordinal).FirstOrDefault(
            k => k.EndsWith("." + name, StringComparison.Ordinal))
            ?? _known.Order(StringComparer.Ordinal).FirstOrDefault(k => Distance(k, path) <= 2);
    }

    /// <summary>Levenshtein distance, for suggestions only.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
