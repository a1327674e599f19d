using System.CommandLine;
using Trader.Actors.Disk;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;

namespace Trader.Cli.Audit;

/// <summary><c>audit</c>: the journal, readable and verifiable.</summary>
internal static class AuditVerb
{
    public static Verb Create()
    {
        var follow = new Option<bool>("--follow") { Description = "go on with what is written from now on, until Ctrl-C" };
        var verify = new Option<bool>("--verify") { Description = "check every record's checksum and the chain; print a line per node" };
        var json = new Option<bool>("--json") { Description = "one JSON object per line, for machines" };
        var config = CommonOptions.Config();
        var command = new Command(
            "audit",
            "Who asked, what was seen, what was sent, what came back: the journals under TRADER_STATE_DIR, merged by time. Exit code 0 when all "
            + "that was read is whole, 1 when a record is damaged, 69 when there is no journal or it cannot be read.")
        {
            follow, verify, json, config,
        };
        return new Verb(command, "./trader audit --verify\n./trader audit --follow --json", async (parsed, terminal, cancel) =>
        {
            var settings = OperatorSettings.Load(parsed.GetValue(config)?.FullName);
            var code = await AuditCommand.RunAsync(
                settings.StateDir, parsed.GetValue(follow), parsed.GetValue(verify), parsed.GetValue(json), terminal.Out, terminal.Error, cancel);
            return code switch
            {
                AuditCommand.Whole => ExitCode.Good,
                AuditCommand.Damaged => ExitCode.Bad,
                _ => ExitCode.Unavailable,
            };
        });
    }
}
