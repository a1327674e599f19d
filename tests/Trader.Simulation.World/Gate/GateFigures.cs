using Trader.Actors.ApplyLayer;
using Trader.Actors.PositionState;
using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>The documented settings, as a node has them without a configuration of its own.</summary>
internal static class GateFigures
{
    /// <summary>The gateway's deadline for everything that concerns the switch.</summary>
    public const double SwitchDeadlineMs = 250;

    /// <summary>Between the asking for the last reading and the order; an older reading says nothing.</summary>
    public const double SwitchMaxAgeMs = 250;

    /// <summary>Wider than in earnest, because this Redis answers more slowly.</summary>
    public const double SwitchToOrderMs = 20;

    /// <summary>Seconds for which a plan that was seen, and a result that was published, are known.</summary>
    public const int PlanRecordSeconds = 600;

    public const int ResultMarkSeconds = 600;

    public const double PermitSeconds = 60;

    public const double ClaimIdleMs = 5_000;

    public const double ClaimEveryMs = 1_000;

    public const int BatchSize = 100;

    /// <summary>An order that is not found so long after it was sent was never executed.</summary>
    public const double LookupSettledMs = 10_000;

    /// <summary>The exchange refuses what was signed longer ago.</summary>
    public const double ReceiveWindowMs = 5_000;

    public static ApplyLayerSettings Gate(GateSchedule schedule) => new(
        GateMode.Orders, schedule.Bypass, StaticKillSwitch: false, HasCredentials: true, Ms(1_200), Ms(100), Ms(5), Ms(50),
        Ms(SwitchMaxAgeMs), Ms(SwitchToOrderMs), Seconds(60), Seconds(1), Ms(500), Seconds(2), Ms(500), Ms(250), Ms(LookupSettledMs), TimeSpan.FromHours(6), 5_000,
        new HashSet<Symbol>(), 0.60m, 0.80m);

    public static PositionStateSettings PositionState(GateSchedule schedule) => new(
        Seconds(1), Ms(1_500), Ms(900), Seconds(10), Ms(schedule.CooldownMs), 1.0m, 0.001m, 0.0001m, Seconds(60), Seconds(60), 0.80m,
        MaxPositionNotional: null, new HashSet<Symbol>(), Seconds(10), Seconds(10), Seconds(60), Seconds(30), SaysAllowed: false);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);
}
