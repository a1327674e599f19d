using System.Globalization;

namespace Trader.Messages;

/// <summary>What the ids that Redis gives to stream entries (<c>ms-sequence</c>) tell.</summary>
public static class StreamEntryIds
{
    /// <summary>
    /// Unix ms at which Redis took the entry in, by its own clock; zero for what is no such id, which makes the entry too old for anything.
    /// </summary>
    public static long Ms(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var digits = Math.Max(0, id.IndexOf('-', StringComparison.Ordinal));
        return long.TryParse(id.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? ms : 0;
    }
}
