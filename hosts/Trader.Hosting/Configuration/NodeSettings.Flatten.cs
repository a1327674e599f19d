using Trader.Actors.Flatten;

namespace Trader.Hosting.Configuration;

public sealed partial record NodeSettings
{
    /// <summary>The testnet flattener's switches and figures.</summary>
    public required FlattenSettings Flatten { get; init; }
}
