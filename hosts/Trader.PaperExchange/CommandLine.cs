using System.Globalization;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;
using Trader.PaperExchange.Limits;

namespace Trader.PaperExchange;

/// <summary>
/// Reads the program's arguments. Exactly one of the two results is set, or neither for <c>--help</c>.
/// </summary>
/// <param name="Options">What to run.</param>
/// <param name="Error">One line that says what is wrong.</param>
public sealed record CommandLine(PaperOptions? Options, string? Error)
{
    /// <summary>The port when none is named.</summary>
    public const int DefaultPort = 9100;

    public static string Help { get; } = $"""
        A local exchange that speaks Binance's USD-M futures REST interface, with positions that change only by fills.

        usage: paper [options]
          --port N             port on 127.0.0.1 (default {DefaultPort}; 0 takes a free one)
          --symbols N          symbols in the universe, 1 to {Universe.MaxCount} (default {Universe.DefaultCount})
          --positions N        positions open at start (default 0)
          --oversized N        how many of them need more than one MARKET order (default 0)
          --latency-ms N       from request to answer (default 0)
          --hedge              hedge mode instead of one-way
          --seed N             seeds universe and positions (default 1)
          --key K --secret S   the account's API key and secret (default paper / paper)
          --clock-skew-ms N    what clients see as the server's clock error
          --window MODE        rate-limit windows: fixed (default) or sliding
          --weight-limit N     request weight per minute (default 2400)
          --orders-10s N       orders per 10 seconds (default 300)
          --orders-1m N        orders per minute (default 1200)
          --fault SPEC         a fault in force from the start; may be given often
          --help

        SPEC is ENDPOINT:SYMBOL:KIND[:count=N][:after=N][:probability=P][:seed=N][:ms=N][:fraction=F]
          * stands for any endpoint or any symbol
          endpoints: {string.Join(' ', FaultSpec.Endpoints)}
          kinds: an error code such as -2022, or
        {string.Join('\n', FaultKind.All.Select(kind => $"    {kind.Name,-22} {kind.Meaning}"))}

        example: paper --port 9100 --positions 44 --latency-ms 50 --fault 'order:BTCUSDT:-1007-executed:count=1'
        control while it runs: curl -s http://127.0.0.1:{DefaultPort}/paper/summary
        """;

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var options = new PaperOptions { Port = DefaultPort, WarmUp = true };
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name is "--help" or "-h")
            {
                return new CommandLine(null, null);
            }
            if (name == "--hedge")
            {
                options = options with { Engine = options.Engine with { Hedge = true } };
                continue;
            }
            if (!Known.Contains(name))
            {
                return Wrong($"unknown option '{name}'; --help lists them");
            }
            if (++i == arguments.Count)
            {
                return Wrong($"{name} wants a value");
            }
            if (name == "--fault" && FaultSpec.Parse(arguments[i], out var error) is null)
            {
                return Wrong(error);
            }
            if (Apply(options, name, arguments[i]) is not { } next)
            {
                return Wrong($"{name} does not take '{arguments[i]}'; --help lists the ranges");
            }
            options = next;
        }
        if (options.Positions > options.Symbols || options.OversizedPositions > options.Positions)
        {
            return Wrong($"--positions {options.Positions} must not exceed --symbols {options.Symbols}, "
                + $"nor --oversized {options.OversizedPositions} the positions");
        }
        return new CommandLine(options, null);
    }

    private static readonly HashSet<string> Known =
    [
        "--port", "--symbols", "--positions", "--oversized", "--latency-ms", "--seed", "--key", "--secret",
        "--clock-skew-ms", "--window", "--weight-limit", "--orders-10s", "--orders-1m", "--fault",
    ];

    private static PaperOptions? Apply(PaperOptions options, string name, string value)
    {
        var isNumber = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed);
        int? number = isNumber ? parsed : null;
        return (name, number) switch
        {
            ("--port", >= 0 and <= 65535) => options with { Port = parsed },
            ("--symbols", >= 1 and <= Universe.MaxCount) => options with { Symbols = parsed },
            ("--positions", >= 0) => options with { Positions = parsed },
            ("--oversized", >= 0) => options with { OversizedPositions = parsed },
            ("--latency-ms", >= 0 and <= 600_000) => options with { LatencyMs = parsed },
            ("--seed", not null) => options with { Seed = parsed },
            ("--clock-skew-ms", not null) => options with { ClockSkewMs = parsed },
            ("--weight-limit", > 0) => options with { Limits = options.Limits with { WeightPerMinute = parsed } },
            ("--orders-10s", > 0) => options with { Limits = options.Limits with { OrdersPer10Seconds = parsed } },
            ("--orders-1m", > 0) => options with { Limits = options.Limits with { OrdersPerMinute = parsed } },
            ("--window", _) when value is "fixed" or "sliding" => options with
            {
                Limits = options.Limits with { Mode = value == "fixed" ? WindowMode.Fixed : WindowMode.Sliding },
            },
            ("--key", _) when value.Length > 0 => options with { Key = value },
            ("--secret", _) when value.Length > 0 => options with { Secret = value },
            ("--fault", _) => options with { Faults = [.. options.Faults, value] },
            _ => null,
        };
    }

    private static CommandLine Wrong(string error) => new(null, error);
}
