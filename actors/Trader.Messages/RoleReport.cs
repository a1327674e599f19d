using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Trader.Messages;

/// <summary>
/// What one node last said about one of its roles, in <see cref="RedisKeys.RoleReports"/>; its age is told by Redis' clock. It does not expire:
/// a role that was there and is silent differs from one that was never started.
/// </summary>
/// <param name="AtMs">Unix ms by Redis' clock at which it was written.</param>
/// <param name="NotReady">Why the role cannot do its duty, in one line; empty when it can.</param>
public sealed record RoleReport(long AtMs, string NotReady)
{
    /// <summary>Longest reason that is written.</summary>
    public const int MaxReason = 300;

    /// <summary>Reasons as the one line a report holds: no control characters, cut.</summary>
    public static string Line(IReadOnlyList<string> reasons)
    {
        var text = string.Join("; ", reasons);
        return new([.. text.Take(MaxReason).Select(c => char.IsControl(c) ? ' ' : c)]);
    }

    /// <summary>Reads <c>AT:REASON</c>, with nothing behind the colon for a role that is ready.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out RoleReport? report)
    {
        report = null;
        var parts = (text ?? "").Split(':', 2);
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at))
        {
            return false;
        }

        report = new RoleReport(at, parts[1]);
        return true;
    }
}
