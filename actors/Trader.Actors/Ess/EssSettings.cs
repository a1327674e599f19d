namespace Trader.Actors.Ess;

/// <summary>Figures of the emergency stop's owner.</summary>
/// <param name="DailyDrawdownPercent">At or above it: stop.</param>
/// <param name="OpenLossPercent">At or above it: stop.</param>
/// <param name="ExecutionErrors">So many or more within <paramref name="ErrorWindow"/>: stop.</param>
/// <param name="ErrorWindow">How far back errors count.</param>
/// <param name="RearmPercent">
/// A loss that a person has seen when they released the stop trips again when it has grown by so many points, or has been below its limit.
/// </param>
/// <param name="ReadEvery">How often the account's figures are read.</param>
/// <param name="FiguresMaxAge">Older figures are stale: shown and alarmed, no cause of a stop by themselves.</param>
/// <param name="SyncEvery">How often Redis is brought into agreement.</param>
/// <param name="StateExpiry">How long the state key outlives its last renewal; then entries are refused.</param>
/// <param name="ReleaseDeadline">A release that is not on disk by then is given up: the stop stands.</param>
public sealed record EssSettings(
    decimal DailyDrawdownPercent,
    decimal OpenLossPercent,
    int ExecutionErrors,
    TimeSpan ErrorWindow,
    decimal RearmPercent,
    TimeSpan ReadEvery,
    TimeSpan FiguresMaxAge,
    TimeSpan SyncEvery,
    TimeSpan StateExpiry,
    TimeSpan ReleaseDeadline);
