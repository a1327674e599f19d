using System.CommandLine;
using Trader.Cli.CommandLine;
using Trader.Cli.Positions;
using Trader.Cli.Settings;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Cli.Panic;

/// <summary><c>panic</c>: a person asks for everything to be closed, and learns whether it was.</summary>
internal static class PanicCommand
{
    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "why; becomes the reason code in the halt and the audit",
        Required = true,
        HelpName = "TEXT",
    };

    private static readonly Option<bool> Yes = new("--yes") { Description = "do not ask" };
    private static readonly Option<int> Timeout = CommonOptions.Ranged("--timeout", 60, 1, 600, "seconds to wait for the completion");

    public static Verb Create()
    {
        var json = CommonOptions.Json();
        var config = CommonOptions.Config();
        var command = new Command(
            "panic",
            "Closes EVERY position and halts trading: issues panic_close as ops and follows it. Exit code 0 only when the account is verified flat, 1 "
            + "when something is left or unknown, 69 when nobody took it.") { Reason, Yes, Timeout, json, config };
        const string example = "./trader panic --reason 'exchange behaves strangely'\n./trader panic --reason drill --yes --json";
        return new Verb(command, example, async (parsed, terminal, cancel) =>
        {
            if (!PanicReason.TryCode(parsed.GetValue(Reason), out var code, out var why))
            {
                throw new Refusal(ExitCode.Usage, why);
            }

            var settings = OperatorSettings.Load(parsed.GetValue(config)?.FullName);
            if (!parsed.GetValue(Yes) && !Confirmed(terminal, settings))
            {
                terminal.Error.WriteLine("trader panic: not confirmed; nothing was done");
                return ExitCode.Bad;
            }

            var trigger = new PanicTrigger(
                EventId.FromGuid(Guid.NewGuid()), code, PanicIssuer.Ops, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            var issue = new PanicIssue(settings, terminal, TimeSpan.FromSeconds(parsed.GetValue(Timeout)));
            var outcome = await WithOwnLook(settings, await issue.RunAsync(trigger, cancel), terminal, cancel);
            terminal.Out.WriteLine(parsed.GetValue(json) ? outcome.Json() : outcome.Line);
            return outcome.Flat ? ExitCode.Good : ExitCode.Bad;
        });
    }

    private static bool Confirmed(Terminal terminal, NodeSettings settings)
    {
        if (terminal.In is null)
        {
            throw new Refusal(ExitCode.Usage, "there is nobody to ask; say --yes");
        }

        terminal.Error.Write($"This closes EVERY position on {settings.Exchange.BaseUrl.Host} and halts trading. Type yes: ");
        return terminal.In.ReadLine()?.Trim() == "yes";
    }

    /// <summary>Four eyes: where we hold the account's key too, we look for ourselves.</summary>
    private static async Task<PanicOutcome> WithOwnLook(
        NodeSettings settings, PanicOutcome outcome, Terminal terminal, CancellationToken cancel)
    {
        if (outcome.Completion is not { VerifiedFlat: true } || settings.Exchange.Key is null || settings.Exchange.Secret is null)
        {
            return outcome;
        }

        try
        {
            using var client = PositionsCommand.Client(settings.Exchange);
            var rows = await PositionsCommand.ReadAsync(client).WaitAsync(cancel);
            return outcome with { OpenAfter = rows.Open.Count + rows.Unreadable.Count };
        }
        catch (Refusal refusal)
        {
            // The worker's proof stands by itself; that ours failed is said and does not overturn it.
            terminal.Say("own look: " + refusal.Message);
            return outcome;
        }
    }
}
