using System.CommandLine;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Messages;

namespace Trader.Cli.Ess;

/// <summary><c>ess</c>: the emergency stop by hand. It works whether or not anything else runs.</summary>
internal static class EssCommand
{
    private const string Activate = "activate";
    private const string Deactivate = "deactivate";
    private const string Status = "status";

    private static readonly Option<string> Reason = new("--reason") { Description = "why; stands in the history and the audit", HelpName = "TEXT" };
    private static readonly Option<string> By = new("--by") { Description = "who; otherwise the login name", HelpName = "WHO" };

    public static Verb Create()
    {
        var action = new Argument<string>("action")
        {
            Description = $"{Activate}, {Deactivate} or {Status}",
            DefaultValueFactory = _ => Status,
        };
        action.AcceptOnlyFromAmong(Activate, Deactivate, Status);
        var json = CommonOptions.Json();
        var config = CommonOptions.Config();
        var command = new Command(
            "ess",
            "The emergency stop: while it is active no entry passes. Exit code 0 when it is as asked, 1 when a running owner keeps it active, 69 "
            + "when it could not be written.") { action, Reason, By, json, config };
        const string example = "./trader ess activate --reason 'odd fills'\n./trader ess deactivate --reason 'looked at, all well'\n./trader ess status --json";
        return new Verb(command, example, async (parsed, terminal, cancel) =>
        {
            var desk = new EssDesk(OperatorSettings.Load(parsed.GetValue(config)?.FullName));
            var note = EssNote.Of(
                TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), parsed.GetValue(By) ?? Login(), parsed.GetValue(Reason) ?? "manual");
            var outcome = parsed.GetValue(action) switch
            {
                Activate => await desk.ActivateAsync(note, cancel),
                Deactivate => await desk.DeactivateAsync(note, cancel),
                _ => await desk.StatusAsync(cancel),
            };
            foreach (var line in outcome.Trouble)
            {
                terminal.Say("trader ess: " + line);
            }

            terminal.Out.WriteLine(parsed.GetValue(json) ? outcome.Json() : outcome.Text());
            return outcome.ExitCode;
        });
    }

    // sudo keeps who it was; a service account says at least what it is.
    private static string Login() =>
        OperatorSettings.Environment().GetValueOrDefault("SUDO_USER") is { Length: > 0 } person ? person : Environment.UserName;
}
