using System.Globalization;
using Trader.Actors.Flatten;
using Trader.Actors.PanicClose;
using Trader.Messages;

namespace Trader.Hosting.Configuration;

internal sealed partial class SettingsMapping
{
    private FlattenSettings Flatten(ExchangeSettings exchange, PanicCloseSettings worker)
    {
        var flags = variables.Flatten();
        notices.AddRange(variables.Notices.Except(notices));
        return new FlattenSettings(
            flags,
            read.Whole("trader.flatten.max-symbols", 1, 2000),
            Dollars("trader.flatten.min-notional-usd", 1000),
            read.Duration("trader.flatten.poll-every", Ms(10), Ms(100)),
            Cooldown(exchange),
            read.Duration("trader.flatten.read-deadline", Ms(500), S(10)),
            Switch("trader.flatten.cancel-resting"),
            exchange.Doubts,
            exchange.Key is not null && exchange.Secret is not null,
            worker);
    }

    private TimeSpan Cooldown(ExchangeSettings exchange)
    {
        const string path = "trader.flatten.cooldown";
        var cooldown = read.Duration(path, S(1), TimeSpan.FromHours(1));
        if (cooldown < S(60) && exchange.Environment != VenueEnvironment.Paper)
        {
            Contradiction(Role.Governor, path, $"{SettingsReader.Shown(cooldown)} is below the documented 60s", "only the paper exchange may have less");
        }

        return cooldown;
    }

    private decimal Dollars(string path, decimal most)
    {
        var text = read.Text(path);
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > most)
        {
            read.WrongAt(
                path, $"'{FlattenText.Show(text)}' is out of range", FormattableString.Invariant($"write a number from 0 to {most}"));
            return 0;
        }

        return value;
    }
}
