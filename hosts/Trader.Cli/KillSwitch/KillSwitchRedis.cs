using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.KillSwitch;

/// <summary>The switch in Redis, for a person: the one place in the system that writes it (S14).</summary>
internal sealed class KillSwitchRedis(RedisSession session)
{
    /// <summary>KEYS switch, record; ARGV value, by, reason. Answers Redis' own time in ms. The switch first: the record is a courtesy.</summary>
    private const string Turn = """
        redis.call('SET', KEYS[1], ARGV[1])
        local t = redis.call('TIME')
        local ms = string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000))
        redis.call('DEL', KEYS[2])
        redis.call('HSET', KEYS[2], 'value', ARGV[1], 'since', ms, 'by', ARGV[2], 'reason', ARGV[3])
        return ms
        """;

    /// <exception cref="Refusal">Redis did not confirm it.</exception>
    public async Task<long> TurnAsync(bool on, string by, string reason, CancellationToken cancel)
    {
        var answer = await session.AskAsync(
            RedisCommand.Of(
                "EVAL", Turn, 2, RedisKeys.KillSwitch, RedisKeys.KillSwitchRecord, on ? "true" : "false", by, reason),
            cancel);
        return answer.Trouble is null && answer.Value.TryInteger(out var at)
            ? at
            : throw new Refusal(
                ExitCode.Unavailable,
                $"Redis did not confirm it ({answer.Trouble}): look with './trader kill-switch status' and turn it again");
    }

    /// <exception cref="Refusal">Something of it could not be read.</exception>
    public async Task<KillSwitchFacts> LookAsync(CancellationToken cancel) =>
        await TryLookAsync(cancel)
        ?? throw new Refusal(ExitCode.Unavailable, "Redis cannot be read; every gate counts the switch as on meanwhile");

    /// <summary>Null when something of it could not be read.</summary>
    public async Task<KillSwitchFacts?> TryLookAsync(CancellationToken cancel)
    {
        var value = await session.AskAsync(RedisCommand.Of("GET", RedisKeys.KillSwitch), cancel);
        var wrong = value.Trouble?.Contains("WRONGTYPE", StringComparison.Ordinal) == true;
        var record = await session.HashAsync(RedisKeys.KillSwitchRecord, cancel);
        var gates = await session.HashAsync(RedisKeys.Gates, cancel);
        var now = await session.TimeAsync(cancel);
        if ((value.Trouble is not null && !wrong) || gates.Trouble is not null || now is null)
        {
            return null;
        }

        return new KillSwitchFacts(
            new KillSwitchSeen(value.Value.TryText(out var text) && !wrong ? text : null, wrong),
            record.Values,
            [
                .. gates.Values.Select(gate => (gate.Key, Report: GateReport.TryRead(gate.Value, out var report) ? report : null))
                    .Where(gate => gate.Report is not null)
                    .Select(gate => new GateSaid(gate.Key, gate.Report!, Math.Max(0, now.Value - gate.Report!.AtMs)))
                    .OrderBy(gate => gate.Node, StringComparer.Ordinal),
            ]);
    }
}
