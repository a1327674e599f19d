using Trader.Actors.Disk;

namespace Trader.Hosting.Configuration;

public sealed partial record NodeSettings
{
    /// <summary>Where the emergency stop's latch is, and how it is watched.</summary>
    public required EssLatchSettings EssLatch { get; init; }
}
