using System.Globalization;

namespace Trader.Actors.Flatten;

/// <summary>Values from outside as they may stand in a line.</summary>
public static class FlattenText
{
    /// <summary>Characters of a wrong CONFIRM or arm value that are shown; a longer one may be a secret in the wrong place (S16).</summary>
    public const int ShownWhole = 16;

    private const int Most = 64;

    /// <summary>Printable ASCII as it is, everything else as <c>\uXXXX</c>; at most 64 characters of it.</summary>
    public static string Show(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return string.Concat(value.Take(Most).Select(c =>
            c is >= ' ' and <= '~' ? c.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")));
    }

    /// <summary>The same for what may be a secret: a mistyped confirmation is short, and what is longer is only measured.</summary>
    public static string ShowShort(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Length <= ShownWhole ? Show(value)
            : string.Create(CultureInfo.InvariantCulture, $"{value.Length} characters, not shown");
    }
}
