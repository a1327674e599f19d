using System.Globalization;
using Trader.Simulation;

/// <summary>What <c>./trader simulate</c> was asked.</summary>
internal sealed record SimulateOptions(SimulatedWorld World, int Seeds, int From, int? Seed, bool Trace, int Lines)
{
    public const string Usage = """
        usage: ./trader simulate [--gate] [--seeds N] [--from S]     run seeds S to S+N-1 (1000 from 1)
               ./trader simulate [--gate] --seed S [--trace] [--lines N]   run one seed, with its last steps
        --gate: the order gate and P3.3; without it brain, watchdog and panic close
        example: ./trader simulate --gate --seed 4711 --trace
        """;

    /// <summary>Null when the arguments are not understood.</summary>
    public static SimulateOptions? Parse(string[] args)
    {
        var options = new SimulateOptions(SimulatedWorld.Panic, 1_000, 1, null, Trace: false, SimulationRunner.TraceLines);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--trace")
            {
                options = options with { Trace = true };
                continue;
            }

            if (args[i] == "--gate")
            {
                options = options with { World = SimulatedWorld.Gate };
                continue;
            }

            if (i + 1 == args.Length
                || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }

            switch (args[i++])
            {
                case "--seeds" when value > 0:
                    options = options with { Seeds = value };
                    break;
                case "--lines" when value > 0:
                    options = options with { Lines = value };
                    break;
                case "--from":
                    options = options with { From = value };
                    break;
                case "--seed":
                    options = options with { Seed = value };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
