namespace Trader.Messages;

/// <summary>The emergency stop's messages. Every command gets exactly one reply, after its effect is confirmed or known to have failed.</summary>
public static class EssProtocol
{
    /// <summary>Stops. Reply: <see cref="Activated"/>.</summary>
    /// <param name="Via"><see cref="EssVia.Api"/> or <see cref="EssVia.Cli"/>.</param>
    public sealed record Activate(EssVia Via, string By, string Reason);

    /// <summary>A person ends the stop (S14). Reply: <see cref="Deactivated"/>, <see cref="NotActive"/> or <see cref="NotDeactivated"/>.</summary>
    public sealed record Deactivate(EssVia Via, string By, string Reason);

    /// <summary>Reply: <see cref="Status"/>.</summary>
    public sealed record GetStatus;

    /// <summary>Reply: <see cref="History"/>, newest first.</summary>
    public sealed record GetHistory(int Limit);

    /// <param name="Status">As it stands now.</param>
    /// <param name="WasActive">It was active before.</param>
    /// <param name="Trouble">What could not be written down; empty when all was. The stop itself holds all the same.</param>
    public sealed record Activated(Status Status, bool WasActive, string Trouble);

    public sealed record Deactivated(Status Status, EssStop Ended);

    public sealed record NotActive(Status Status);

    /// <summary>The stop is still in force.</summary>
    public sealed record NotDeactivated(Status Status, string Why);

    public sealed record History(IReadOnlyList<EssTransition> Newest);

    /// <param name="Active">Entries are refused: there is a stop, or it is not known that there is none.</param>
    /// <param name="Reason">Why, in one line; empty when not active.</param>
    /// <param name="Stop">The stop in force; null when there is none, or when it is only not known (<paramref name="Reason"/> says why).</param>
    /// <param name="Latch">The latch file as last seen; null before the first look.</param>
    /// <param name="MarkerSet">Whether the Redis marker stands; null while Redis does not answer.</param>
    /// <param name="Figures">What the triggers look at.</param>
    /// <param name="Trips">Activations since the memory began.</param>
    /// <param name="Resets">Releases since the memory began.</param>
    /// <param name="Last">The last transition; null before the first.</param>
    public sealed record Status(
        bool Active, string Reason, EssStop? Stop, EssLatch? Latch, bool? MarkerSet, EssFigures Figures, int Trips, int Resets,
        EssTransition? Last);
}
