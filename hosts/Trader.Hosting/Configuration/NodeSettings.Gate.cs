using Trader.Actors.ApplyLayer;

namespace Trader.Hosting.Configuration;

public sealed partial record NodeSettings
{
    /// <summary>The order gate's figures.</summary>
    public required ApplyLayerSettings ApplyLayer { get; init; }
}
