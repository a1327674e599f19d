namespace Trader.Messages;

/// <summary>
/// Messages between the panic-close worker's own actors, and from the direct link to it (which sends a <see cref="PanicEntry"/> with an
/// empty stream id).
/// </summary>
public static class PanicCloseProtocol
{
    /// <summary>Puts trading to a halt and keeps it halted (S4, S14). Reply: <see cref="Halted"/>.</summary>
    public sealed record Halt(HaltRecord Record);

    /// <summary>Another event that the run in progress answers too.</summary>
    public sealed record Join(PanicTrigger Trigger);

    /// <param name="EventId">The event that asked.</param>
    /// <param name="InRedis">Redis confirmed; false when it refused, was away, or did not answer.</param>
    /// <param name="OnDisk">The local latch is written; false when the disk refused.</param>
    public sealed record Halted(EventId EventId, bool InRedis, bool OnDisk);

    /// <summary>A person cleared the halt that this event had set.</summary>
    public sealed record HaltCleared(EventId EventId);

    /// <summary>The run ended; one completion per event it answered.</summary>
    public sealed record RunEnded(IReadOnlyList<PanicCompletion> Completions, HaltRecord Halt);

    /// <summary>The run gave way before it sent an order: another worker holds the event, or it was done before.</summary>
    public sealed record StoodDown(EventId EventId, PanicClaim Claim, string Holder);

    public sealed record GetReadiness;

    /// <param name="Ready">The worker can close positions now.</param>
    /// <param name="Why">What is missing, empty when ready.</param>
    public sealed record Readiness(bool Ready, IReadOnlyList<string> Why);
}
