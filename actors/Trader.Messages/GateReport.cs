using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Trader.Messages;

/// <summary>The kill switch as it was read.</summary>
/// <param name="Text">The key's value; null when there is no such key.</param>
/// <param name="WrongType">The key holds no string. That is on, like everything that is not understood.</param>
public sealed record KillSwitchSeen(string? Text, bool WrongType)
{
    /// <summary>Longest value that is shown to anybody.</summary>
    private const int MaxShown = 40;

    /// <summary>
    /// Absent, empty, <c>false</c>, <c>0</c>, <c>no</c> and <c>off</c> in any case are off; everything else is on, because an operator who
    /// types <c>ON</c> or <c>True </c> must stop the system (apply-layer contract 2.6).
    /// </summary>
    public bool IsOn => WrongType
        || (Text is not null && Trimmed(Text).ToLowerInvariant() is not ("" or "false" or "0" or "no" or "off"));

    /// <summary>For log lines: on one line, cut.</summary>
    public string Shown => WrongType ? "(wrong type)" : Text is null ? "(not set)"
        : new string([.. Text.Take(MaxShown).Select(c => char.IsControl(c) ? '?' : c)]);

    // The blanks that Lua's %s knows, so that the script and this agree on every value.
    private static string Trimmed(string text) => text.Trim(' ', '\t', '\n', '\v', '\f', '\r');
}

/// <summary>What a gate says about itself in <see cref="RedisKeys.Gates"/>; its age is told by Redis' clock.</summary>
/// <param name="AtMs">Unix ms by Redis' clock at which it was written.</param>
/// <param name="KillSwitchOn">What the step that wrote it read.</param>
/// <param name="InFlight">Plans between the atomic step and the order's known end.</param>
public sealed record GateReport(long AtMs, bool KillSwitchOn, int InFlight)
{
    /// <summary>Reads <c>AT:on|off:IN_FLIGHT</c>.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out GateReport? report)
    {
        report = null;
        var parts = (text ?? "").Split(':');
        if (parts.Length != 3 || parts[1] is not ("on" or "off")
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var inFlight))
        {
            return false;
        }

        report = new GateReport(at, parts[1] == "on", inFlight);
        return true;
    }
}
