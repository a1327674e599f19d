using Trader.Actors.Disk;
using Trader.Actors.Ess;

namespace Trader.Hosting.Configuration;

public sealed partial record NodeSettings
{
    /// <summary>Where the emergency stop's latch is, and how it is watched.</summary>
    public required EssLatchSettings EssLatch { get; init; }

    /// <summary>When the emergency stop stops by itself, and how it keeps Redis in agreement.</summary>
    public required EssSettings Ess { get; init; }
}
