using System.CommandLine;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Messages;

namespace Trader.Cli.Flatten;

/// <summary><c>flatten</c>: arms the testnet flatten with a name and a reason, takes the arm back, and says what happened.</summary>
internal static class FlattenCommand
{
    private const string Arm = "arm";
    private const string Disarm = "disarm";
    private const string Status = "status";

    private static readonly Argument<string> Action = new("action") { Description = "arm, disarm or status", HelpName = "arm|disarm|status" };
    private static readonly Option<string?> Reason = new("--reason") { Description = "why (arm, disarm); stands in the record", HelpName = "TEXT" };
    private static readonly Option<string?> By = new("--by") { Description = "who; the login name without it", HelpName = "NAME" };
    private static readonly Option<bool> Yes = new("--yes") { Description = "do not ask" };
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "arm and return, without following the run" };
    private static readonly Option<int> Timeout = CommonOptions.Ranged("--timeout", 60, 1, 600, "seconds to follow the run");

    public static Verb Create()
    {
        var json = CommonOptions.Json();
        var config = CommonOptions.Config();
        Action.AcceptOnlyFromAmong(Arm, Disarm, Status);
        var command = new Command(
            "flatten",
            "Closes every position of a TESTNET account, once: arm sets the one-shot key for 60 s and follows the run, disarm removes it, status "
            + "shows switches, key, cooldown, emergency stop and the last runs. Arm: exit code 0 only when the account is verified flat, 1 when it "
            + "was refused or something is left, 69 when no governor took it.")
        {
            Action, Reason, By, Yes, NoWait, Timeout, json, config,
        };
        const string example = "./trader flatten status\n./trader flatten arm --reason 'clean slate'\n./trader flatten disarm --reason 'changed my mind'";
        return new Verb(command, example, async (parsed, terminal, cancel) =>
        {
            var settings = OperatorSettings.Load(parsed.GetValue(config)?.FullName);
            var asJson = parsed.GetValue(json);
            var action = parsed.GetValue(Action);
            var note = action == Status ? FlattenArmNote.None : Note(parsed, action!);
            if (action == Arm && !parsed.GetValue(Yes) && !Confirmed(terminal, settings.Exchange.BaseUrl.Host))
            {
                terminal.Error.WriteLine("trader flatten: not confirmed; nothing was done");
                return ExitCode.Bad;
            }

            await using var redis = await RedisSession.OpenAsync(settings.Redis.Gateway.Endpoint, cancel);
            if (action == Status)
            {
                var state = await FlattenState.ReadAsync(redis, settings, cancel);
                terminal.Out.WriteLine(asJson ? FlattenScreen.Json(state) : FlattenScreen.Text(state));
                return state.Trouble is null ? ExitCode.Good : ExitCode.Bad;
            }

            var hand = new FlattenHand(redis, terminal, asJson);
            return action == Disarm
                ? await hand.DisarmAsync(note, cancel)
                : await hand.ArmAsync(note, parsed.GetValue(NoWait) ? TimeSpan.Zero : TimeSpan.FromSeconds(parsed.GetValue(Timeout)), cancel);
        });
    }

    private static FlattenArmNote Note(ParseResult parsed, string action)
    {
        var why = (parsed.GetValue(Reason) ?? "").Trim();
        var by = (parsed.GetValue(By) ?? Environment.UserName).Trim();
        if (why.Length is 0 or > FlattenArmNote.MaxLength || by.Length is 0 or > FlattenArmNote.MaxLength || (why + by).Any(char.IsControl))
        {
            throw new Refusal(
                ExitCode.Usage, $"{action} needs --reason TEXT: 1 to {FlattenArmNote.MaxLength} characters on one line; it stands in the record");
        }

        return new FlattenArmNote(by, why, Guid.NewGuid().ToString());
    }

    private static bool Confirmed(Terminal terminal, string host)
    {
        if (terminal.In is null)
        {
            throw new Refusal(ExitCode.Usage, "there is nobody to ask; say --yes");
        }

        terminal.Error.Write($"This closes EVERY position on {host}. Type yes: ");
        return terminal.In.ReadLine()?.Trim() == "yes";
    }
}
