using System.CommandLine;

namespace Trader.Cli.CommandLine;

/// <summary>Options that mean the same for every verb.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "one JSON object on standard output, for machines" };

    public static Option<FileInfo?> Config() => new("--config")
    {
        Description = "settings laid over akka.hocon, as the nodes got them",
        HelpName = "FILE",
    };
}
