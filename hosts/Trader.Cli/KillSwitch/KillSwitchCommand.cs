using System.CommandLine;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;

namespace Trader.Cli.KillSwitch;

/// <summary><c>kill-switch on|off|status</c>: a person stops everything that goes through the order gate, or lets it go on.</summary>
internal static class KillSwitchCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private static readonly Argument<string> What = new("on|off|status") { Description = "what to do" };

    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "why, for those who look later",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<bool> Yes = new("--yes") { Description = "do not ask" };

    private static readonly Option<int> Timeout = CommonOptions.Ranged(
        "--timeout", 15, 1, 600, "seconds to wait until no gate has an order in flight");

    public static Verb Create()
    {
        What.AcceptOnlyFromAmong("on", "off", "status");
        var json = CommonOptions.Json();
        var config = CommonOptions.Config();
        var command = new Command(
            "kill-switch",
            "The emergency stop for every order that goes through the gate, exits included; positions stay as they are. 'on' returns 0 when the "
            + "switch is set and no gate has an order in flight any more, 1 when it is set and that did not come about in time. 'off' lets orders "
            + "go again. 'status' returns 0 for off and 1 for on. 69: Redis cannot be reached.") { What, Reason, Yes, Timeout, json, config };
        const string example = "./trader kill-switch on --reason 'prices look wrong'\n./trader kill-switch status --json\n./trader kill-switch off --yes";
        return new Verb(command, example, async (parsed, terminal, cancel) =>
        {
            var settings = OperatorSettings.Load(parsed.GetValue(config)?.FullName);
            var what = parsed.GetValue(What);
            if (what == "off" && !parsed.GetValue(Yes) && !Confirmed(terminal))
            {
                terminal.Error.WriteLine("trader kill-switch: not confirmed; nothing was done");
                return ExitCode.Bad;
            }

            await using var session = await RedisSession.OpenAsync(settings.Redis.Gateway.Endpoint, cancel);
            var redis = new KillSwitchRedis(session);
            bool? drained = null;
            if (what != "status")
            {
                var at = await redis.TurnAsync(what == "on", Who(), parsed.GetValue(Reason)!, cancel);
                drained = what == "on" ? await DrainAsync(redis, at, TimeSpan.FromSeconds(parsed.GetValue(Timeout)), terminal, cancel) : null;
            }

            var facts = await redis.LookAsync(cancel);
            terminal.Out.WriteLine(parsed.GetValue(json) ? facts.Json(drained) : facts.Line);
            return what switch
            {
                "on" => drained == true && facts.Seen.IsOn ? ExitCode.Good : ExitCode.Bad,
                "off" => facts.Seen.IsOn ? ExitCode.Bad : ExitCode.Good,
                _ => facts.Seen.IsOn ? ExitCode.Bad : ExitCode.Good,
            };
        });
    }

    private static bool Confirmed(Terminal terminal)
    {
        if (terminal.In is null)
        {
            throw new Refusal(ExitCode.Usage, "there is nobody to ask; say --yes");
        }

        terminal.Error.Write("Orders will be sent again. Type yes: ");
        return terminal.In.ReadLine()?.Trim() == "yes";
    }

    private static string Who() => $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>The switch stands; what was on its way when it was set is waited for, so that afterwards nothing moves any more.</summary>
    private static async Task<bool> DrainAsync(
        KillSwitchRedis redis, long setAtMs, TimeSpan patience, Terminal terminal, CancellationToken cancel)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        while (true)
        {
            var facts = await redis.LookAsync(cancel);
            var left = facts.NotDrained(setAtMs);
            if (left.Count == 0)
            {
                terminal.Say(facts.Live.Any() ? "no gate has an order in flight" : "no gate is running");
                return true;
            }

            if (time.GetElapsedTime(began) >= patience)
            {
                terminal.Error.WriteLine(
                    $"trader kill-switch: it is ON, and after {patience.TotalSeconds:F0} s {string.Join("; ", left)}: look at the exchange");
                return false;
            }

            await Task.Delay(LookEvery, time, cancel);
        }
    }
}
