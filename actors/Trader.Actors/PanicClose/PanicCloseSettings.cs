namespace Trader.Actors.PanicClose;

/// <summary>Figures of the panic-close worker (emergency-exit contract 2.3 and DESIGN section 5).</summary>
/// <param name="Worker">Consumer name in the group: stable over restarts, so a restarted worker finds its own unfinished entries.</param>
/// <param name="TriggerMaxAge">Older triggers are refused, 60 s by contract.</param>
/// <param name="TriggerMaxFuture">Triggers further in the future are refused, 5 s by contract.</param>
/// <param name="ReadDeadline">Reading positions is repeated until this long after the start.</param>
/// <param name="ReadEvery">Pause between two reads.</param>
/// <param name="HaltWait">
/// How long the first close order waits for Redis and the disk to confirm the halt. A healthy Redis confirms while positions are
/// still being read, so this bounds a sick one (S2, S4).
/// </param>
/// <param name="VerifyDeadline">How long after the last order the account may take to show flat before the rest counts as failed.</param>
/// <param name="LookupEvery">Pause between two look-ups of an order with unknown outcome.</param>
/// <param name="MaxRounds">How often positions that appear during the close are planned too.</param>
/// <param name="KeepEvery">How often a running event's stream entry is kept from being claimed, and the worker says that it lives.</param>
/// <param name="ClaimIdle">An entry that another worker has not kept for this long is taken over.</param>
public sealed record PanicCloseSettings(
    string Worker,
    TimeSpan TriggerMaxAge,
    TimeSpan TriggerMaxFuture,
    TimeSpan ReadDeadline,
    TimeSpan ReadEvery,
    TimeSpan HaltWait,
    TimeSpan VerifyDeadline,
    TimeSpan LookupEvery,
    int MaxRounds,
    TimeSpan KeepEvery,
    TimeSpan ClaimIdle);
