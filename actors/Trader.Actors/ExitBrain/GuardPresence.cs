using Trader.Messages;

namespace Trader.Actors.ExitBrain;

/// <summary>
/// When the brain last heard of those who guard it (S11). A guard never heard of is silent from the brain's start on, and the gate stays
/// closed until every guard has been heard (S1).
/// </summary>
public sealed class GuardPresence(TimeSpan silence)
{
    private readonly Dictionary<string, TimeSpan> heard = [];

    public void Heard(string role, TimeSpan at)
    {
        if (!heard.TryGetValue(role, out var before) || at > before)
        {
            heard[role] = at;
        }
    }

    public void Heard(IReadOnlySet<string> roles, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(roles);
        foreach (var role in roles)
        {
            Heard(role, now);
        }
    }

    /// <summary>Not heard for longer than the allowed silence, counted from the brain's start if never.</summary>
    public bool IsSilent(string role, TimeSpan now) => now - heard.GetValueOrDefault(role, TimeSpan.Zero) > silence;

    public bool AllHeard(TimeSpan now) =>
        heard.ContainsKey(Roles.Watchdog) && heard.ContainsKey(Roles.PanicClose)
        && !IsSilent(Roles.Watchdog, now) && !IsSilent(Roles.PanicClose, now);
}
