using Trader.Actors.IntentDesk;

namespace Trader.Hosting.Configuration;

public sealed partial record NodeSettings
{
    /// <summary>The intent desk's figures.</summary>
    public required IntentDeskSettings Intents { get; init; }
}
