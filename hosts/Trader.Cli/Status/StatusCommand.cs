using System.CommandLine;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;

namespace Trader.Cli.Status;

/// <summary><c>status</c>: is everything well, on one screen.</summary>
internal static class StatusCommand
{
    public static Verb Create()
    {
        var json = CommonOptions.Json();
        var config = CommonOptions.Config();
        var command = new Command(
            "status",
            "One screen: halt, heartbeat, guards, order chain, switches, last panic, alarms, as Redis has them. Exit code 0 all well, 1 something is wrong or "
            + "unreadable, 69 Redis cannot be reached.") { json, config };
        return new Verb(command, "./trader status\nwatch -n1 ./trader status", async (parsed, terminal, cancel) =>
        {
            var settings = OperatorSettings.Load(parsed.GetValue(config)?.FullName);
            await using var redis = await RedisSession.OpenAsync(settings.Redis.Gateway.Endpoint, cancel);
            var status = await StatusReader.ReadAsync(redis, cancel);
            var problems = StatusRules.Problems(status);
            if (parsed.GetValue(json))
            {
                terminal.Out.WriteLine(StatusScreen.Json(status, problems));
            }
            else
            {
                StatusScreen.Write(terminal.Out, status, problems);
            }

            return problems.Count == 0 ? ExitCode.Good : ExitCode.Bad;
        });
    }
}
