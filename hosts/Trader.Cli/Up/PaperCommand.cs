using System.CommandLine;
using Trader.Cli.CommandLine;

namespace Trader.Cli.Up;

/// <summary>
/// <c>paper</c>: the paper exchange alone. <c>./trader</c> starts its program directly, so that signals and exit codes are its own; this
/// entry exists for the list of verbs.
/// </summary>
internal static class PaperCommand
{
    public static Verb Create()
    {
        var command = new Command("paper", "The paper exchange alone, in the foreground (./trader paper --help lists its options).");
        return new Verb(
            command, "./trader paper --port 9100 --symbols 674 --positions 44 --latency-ms 50",
            static (_, _, _) => throw new Refusal(ExitCode.Usage, "start it with ./trader paper"));
    }
}
