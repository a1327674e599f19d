using Akka.Configuration;
using Trader.Actors.ApplyLayer;
using Trader.Messages;

namespace Trader.Hosting.Configuration;

internal sealed partial class SettingsMapping
{
    private const string GateModeKey = "trader.apply-layer.mode";

    private ApplyLayerSettings ApplyLayer(ExchangeSettings exchange)
    {
        var bypass = Truth("trader.apply-layer.testnet-bypass");
        var warning = read.PercentOrOff("trader.apply-layer.kill-score-warning", 1) ?? 0;
        var critical = read.PercentOrOff("trader.apply-layer.kill-score-critical", 1) ?? 0;
        if (warning > critical)
        {
            Contradiction(Role.ApplyLayer, "trader.apply-layer.kill-score-warning", "is above kill-score-critical", "make it smaller");
        }

        var settled = read.Duration("trader.apply-layer.lookup-settled", Ms(1500), S(60));
        NotBelow(
            Role.ApplyLayer, "trader.apply-layer.lookup-settled", settled, "order-deadline and receive-window of trader.exchange together",
            exchange.Options.OrderDeadline + Ms(exchange.Options.RecvWindowMs));

        return new ApplyLayerSettings(
            Mode(bypass, exchange),
            bypass,
            Truth("trader.apply-layer.kill-switch"),
            exchange is { Key: not null, Secret: not null },
            read.Duration("trader.apply-layer.permit-wait", Ms(0), S(60)),
            read.Duration("trader.apply-layer.permit-step", Ms(5), S(5)),
            read.Duration("trader.apply-layer.wake-every", Ms(1), Ms(100)),
            read.Duration("trader.apply-layer.watch-every", Ms(10), Ms(100)),
            // The contract's own figure: there is no reason to believe an older reading.
            Ms(250),
            read.Duration("trader.apply-layer.switch-to-order", Ms(1), Ms(200)),
            read.Duration("trader.apply-layer.permit-max-age", S(10), S(600)),
            read.Duration("trader.apply-layer.position-max-age", Ms(200), S(5)),
            read.Duration("trader.apply-layer.position-read-every", Ms(100), S(2)),
            read.Duration("trader.apply-layer.brain-silence", Ms(1200), S(3)),
            read.Duration("trader.apply-layer.journal-wait", Ms(50), S(1)),
            read.Duration("trader.apply-layer.lookup-every", Ms(50), S(2)),
            settled,
            read.Duration("trader.apply-layer.dedupe-memory", S(600), TimeSpan.FromHours(168)),
            read.Whole("trader.apply-layer.max-waiting", 500, 20_000),
            Allowlist(),
            warning,
            critical);
    }

    private GateMode Mode(bool bypass, ExchangeSettings exchange)
    {
        var word = read.Text(GateModeKey);
        switch (word)
        {
            case "production" when bypass:
                Contradiction(Role.ApplyLayer, GateModeKey, "is production, and TESTNET=true takes the permits away", "set one of the two");
                break;
            case "testnet" when exchange.Environment == VenueEnvironment.Production:
                Contradiction(
                    Role.ApplyLayer, GateModeKey, "is testnet, and the account is a production account", "choose the testnet, or another mode");
                break;
            case "" or "production" or "testnet" or "dry_run":
                break;
            default:
                read.WrongAt(GateModeKey, "is no mode", "write dry_run, testnet or production, or leave it empty");
                break;
        }

        return word == "dry_run" ? GateMode.DryRun : GateMode.Orders;
    }

    private HashSet<Symbol> Allowlist()
    {
        const string path = "trader.apply-layer.allowlist";
        var symbols = new HashSet<Symbol>();
        foreach (var name in read.Text(path).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Symbol.TryParse(name, out var symbol))
            {
                symbols.Add(symbol);
            }
            else
            {
                read.WrongAt(path, "holds a word that is no symbol", "write symbols with commas between them");
            }
        }

        return symbols;
    }

    private bool Truth(string path)
    {
        var text = read.Text(path);
        if (text is not ("true" or "false"))
        {
            read.WrongAt(path, "is neither true nor false", "write true or false");
        }

        return text == "true";
    }

    /// <summary>Who has no other credentials than a testnet's means the testnet.</summary>
    private void AddTestnetCredentials(List<ExchangeChoice.Wish> wishes)
    {
        if (variables.Find(DocumentedVariables.Key) is null && variables.Find(DocumentedVariables.TestnetKey) is not null)
        {
            wishes.Add(new ExchangeChoice.Wish(ExchangeChoice.Wanted.Testnet, DocumentedVariables.TestnetKey));
        }
    }

    private Config Engine()
    {
        if (variables.Find(DocumentedVariables.LogLevel) is not { } level)
        {
            return engine;
        }

        var word = level.ToUpperInvariant() switch
        {
            "DEBUG" => "DEBUG",
            "INFO" => "INFO",
            "WARNING" or "WARN" => "WARNING",
            "ERROR" or "CRITICAL" => "ERROR",
            _ => null,
        };
        if (word is null)
        {
            read.Wrong(DocumentedVariables.LogLevel, "is no log level", "write DEBUG, INFO, WARNING or ERROR");
            return engine;
        }

        return ConfigurationFactory.ParseString($"akka.loglevel = {word}").WithFallback(engine);
    }
}
