namespace Trader.Messages;

/// <summary>The emergency stop's latch on this node's disk: <c>QUANTUM_RUN_DIR/ESS_ON</c>.</summary>
public static partial class DiskProtocol
{
    /// <summary>
    /// Subscribes the sender to <see cref="EssLatchSeen"/>: the present state at once, then every change. A look that does not come back
    /// in time is a change too: to doubt.
    /// </summary>
    public sealed record WatchEssLatch;

    /// <summary>Looks now. Reply: <see cref="EssLatchRead"/>.</summary>
    public sealed record ReadEssLatch(long ReadId);

    /// <summary>For the stop's owner: as <see cref="WatchEssLatch"/>, with the small files beside the latch. Delivers <see cref="EssFilesSeen"/>.</summary>
    public sealed record WatchEssFiles;

    /// <summary>
    /// Makes the latch stand: creates the directory where it is missing, forgets older notes, leaves a latch that stands as it is. Reply:
    /// <see cref="EssLatchRaised"/> or <see cref="EssLatchNotRaised"/>.
    /// </summary>
    public sealed record RaiseEssLatch(long Id, EssNote Note);

    /// <summary>
    /// Removes the latch and its notes, whatever stands there (a directory only when it is empty). Reply: <see cref="EssLatchLowered"/>,
    /// also when there was none, or <see cref="EssLatchNotLowered"/>.
    /// </summary>
    /// <param name="NotesOnly">Leaves a latch that stands: for who saw it gone, so that one touched since is a new stop.</param>
    public sealed record LowerEssLatch(long Id, bool NotesOnly = false);

    public sealed record EssLatchSeen(EssLatch Latch);

    public sealed record EssLatchRead(long ReadId, EssLatch Latch);

    /// <param name="Latch">The latch.</param>
    /// <param name="Oddity">What stands there when it is no plain file; empty otherwise.</param>
    /// <param name="Made">Who raised it, when they left a note; only looked for while the latch stands.</param>
    /// <param name="Release">A person's note that it may go, left by whoever removed it; only looked for while the latch does not stand.</param>
    public sealed record EssFilesSeen(EssLatch Latch, string Oddity, EssNote? Made, EssNote? Release);

    public sealed record EssLatchRaised(long Id);

    public sealed record EssLatchNotRaised(long Id, string Why);

    public sealed record EssLatchLowered(long Id);

    public sealed record EssLatchNotLowered(long Id, string Why);
}
