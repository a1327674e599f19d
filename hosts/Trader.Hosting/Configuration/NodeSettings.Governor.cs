using Trader.Actors.Governor;

namespace Trader.Hosting.Configuration;

public sealed partial record NodeSettings
{
    public required GovernorSettings Governor { get; init; }
}
