namespace Trader.Messages;

/// <summary>The emergency stop's latch on this node's disk: <c>QUANTUM_RUN_DIR/ESS_ON</c>.</summary>
public static partial class DiskProtocol
{
    /// <summary>Subscribes the sender to <see cref="EssLatchSeen"/>: the present state at once, then every change.</summary>
    public sealed record WatchEssLatch;

    /// <summary>Looks now. Reply: <see cref="EssLatchRead"/>.</summary>
    public sealed record ReadEssLatch(long ReadId);

    public sealed record EssLatchSeen(EssLatch Latch);

    public sealed record EssLatchRead(long ReadId, EssLatch Latch);
}
