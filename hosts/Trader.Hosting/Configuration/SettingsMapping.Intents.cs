using Trader.Actors.IntentDesk;

namespace Trader.Hosting.Configuration;

internal sealed partial class SettingsMapping
{
    private IntentDeskSettings Intents(HttpSettings http) => new(
        read.Whole("trader.intents.max-in-hand", 10, 20_000),
        // The emergency stop is reached over the same port: who waits must not shut it out.
        Math.Min(read.Whole("trader.intents.max-waiting", 4, 5000), http.MaxConnections / 2),
        read.Duration("trader.intents.look-again", Ms(200), S(30)),
        read.Duration("trader.intents.remember", S(60), TimeSpan.FromHours(24)),
        // The same figure as the gate's: an intent that Redis has forgotten must not meet a plan that the gate has forgotten sooner.
        read.Duration("trader.apply-layer.dedupe-memory", S(600), TimeSpan.FromHours(168)));
}
