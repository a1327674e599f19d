using Trader.Cli.Audit;
using Trader.Cli.Bench;
using Trader.Cli.CommandLine;
using Trader.Cli.Demo;
using Trader.Cli.Ess;
using Trader.Cli.Flatten;
using Trader.Cli.KillSwitch;
using Trader.Cli.Panic;
using Trader.Cli.Positions;
using Trader.Cli.Status;
using Trader.Cli.Up;

namespace Trader.Cli;

/// <summary>Every verb, in the order in which help lists them.</summary>
internal static class Verbs
{
    public static IReadOnlyList<Verb> All() =>
    [
        DemoCommand.Create(),
        UpCommand.Create(),
        PaperCommand.Create(),
        StatusCommand.Create(),
        PositionsCommand.Create(),
        DumpCommand.Create(),
        PanicCommand.Create(),
        FlattenCommand.Create(),
        EssCommand.Create(),
        KillSwitchCommand.Create(),
        AuditVerb.Create(),
        BenchCommand.Create(),
    ];
}
