using Trader.Actors.IntentDesk;

namespace Trader.Hosting.Configuration;

internal sealed partial class SettingsMapping
{
    private IntentDeskSettings Intents(HttpSettings http)
    {
        const string waiting = "trader.intents.max-waiting";
        var settings = new IntentDeskSettings(
            read.Whole("trader.intents.max-in-hand", 10, 20_000),
            read.Whole(waiting, 4, 5000),
            read.Duration("trader.intents.look-again", Ms(200), S(30)),
            read.Duration("trader.intents.remember", S(60), TimeSpan.FromHours(24)),
            // The same figure as the gate's: an intent that Redis has forgotten must not meet a plan that the gate has forgotten sooner.
            read.Duration("trader.apply-layer.dedupe-memory", S(600), TimeSpan.FromHours(168)));
        if (settings.MaxWaiting > http.MaxConnections / 2)
        {
            // The emergency stop's HTTP is on the same port.
            read.WrongAt(waiting, "is above half of http.max-connections", "make it smaller, so that who waits shuts nobody out");
        }

        return settings;
    }
}
