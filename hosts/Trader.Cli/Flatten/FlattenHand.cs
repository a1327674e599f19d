using System.Globalization;
using System.Text.Json;
using Trader.Actors.Flatten;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.Flatten;

/// <summary>A person's hand on the arm key, with who and why beside it, and the run that comes of it.</summary>
internal sealed class FlattenHand(RedisSession redis, Terminal terminal, bool json)
{
    /// <summary>As the runbook has it.</summary>
    private const int ArmSeconds = 60;

    private const int Searched = 200;

    /// <summary>
    /// KEYS arm, note, runs; ARGV seconds, by, why, request, stream fields. A key that stands is left as it is: it may be somebody else's.
    /// </summary>
    private const string ArmScript = """
        local value = redis.pcall('GET', KEYS[1])
        if type(value) == 'table' then return {'type', value.err} end
        if value then return {value == '1' and 'armed' or 'other', string.sub(value, 1, 64)} end
        redis.call('DEL', KEYS[2])
        redis.call('HSET', KEYS[2], 'by', ARGV[2], 'why', ARGV[3], 'request', ARGV[4])
        redis.call('EXPIRE', KEYS[2], ARGV[1])
        redis.call('XADD', KEYS[3], '*', unpack(ARGV, 5))
        redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
        return {'set', ''}
        """;

    /// <summary>KEYS arm, note, runs; ARGV stream fields. Answers how many keys went; the stream hears of it only when one did.</summary>
    private const string DisarmScript = """
        local gone = redis.call('DEL', KEYS[1])
        redis.call('DEL', KEYS[2])
        if gone == 1 then redis.call('XADD', KEYS[3], '*', unpack(ARGV)) end
        return {gone == 1 and 'removed' or 'absent', ''}
        """;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public async Task<int> ArmAsync(FlattenArmNote note, TimeSpan patience, CancellationToken cancel)
    {
        var nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var (verdict, detail) = await RunAsync(
            ArmScript, [Text(ArmSeconds), note.By, note.Why, note.Request, .. Fields(new FlattenEvent.Requested(note, ArmSeconds, nowMs))], cancel);
        if (verdict != "set")
        {
            return Say(
                ExitCode.Bad, verdict, null,
                verdict == "armed" ? "it is armed already, by somebody else; nothing was changed (status shows by whom)"
                : verdict == "other" ? $"the key holds '{FlattenText.Show(detail)}', which nobody takes; disarm removes it"
                : $"the key cannot be used: {FlattenText.Show(detail)}; disarm removes it");
        }

        if (patience == TimeSpan.Zero)
        {
            return Say(ExitCode.Good, verdict, null, $"armed for {Text(ArmSeconds)} s");
        }

        var began = TimeProvider.System.GetTimestamp();
        FlattenRunRecord? run = null;
        while (TimeProvider.System.GetElapsedTime(began) < patience && run is not { IsOver: true })
        {
            await Task.Delay(Poll, cancel);
            var history = await FlattenState.HistoryAsync(redis, Searched, cancel);
            run = history.Runs.FirstOrDefault(r => r.Note.Request == note.Request) ?? run;
        }

        return Told(run);
    }

    public async Task<int> DisarmAsync(FlattenArmNote note, CancellationToken cancel)
    {
        var nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var (verdict, _) = await RunAsync(DisarmScript, Fields(new FlattenEvent.Withdrawn(note, nowMs)), cancel);
        return Say(
            ExitCode.Good, verdict, null,
            verdict == "removed" ? "disarmed: the key is gone"
            : "there was no key to remove: never set, expired, or taken (status shows the last runs)");
    }

    private int Told(FlattenRunRecord? run) => run switch
    {
        null => Say(
            ExitCode.Unavailable, "not-taken", null,
            "NO GOVERNOR TOOK IT: is one running, on this Redis? The key expires by itself; disarm removes it now"),
        { IsOver: false } => Say(ExitCode.Bad, "running", run, "the run is not over; status shows how it ends"),
        { Outcome: FlattenOutcome.Flat } => Say(
            ExitCode.Good, "flat", run, $"FLAT: {Text(run.Figures.Ok)} orders, {Text(run.Figures.TookMs)} ms, read back from the exchange"),
        { Outcome: FlattenOutcome.Refused } => Say(ExitCode.Bad, "refused", run, $"NO-OP, nothing was sent: {run.Text}"),
        { Outcome: FlattenOutcome.Aborted } => Say(ExitCode.Bad, "aborted", run, $"ABORTED, nothing was sent: {run.Text}"),
        _ => Say(
            ExitCode.Bad, FlattenScreen.Name(run.Outcome), run,
            $"NOT FLAT: {Text(run.Figures.Residual)} positions left ({FlattenScreen.Name(run.Outcome)}); LOOK AT THE EXCHANGE: ./trader positions"),
    };

    private int Say(int code, string verdict, FlattenRunRecord? run, string line)
    {
        terminal.Out.WriteLine(json
            ? JsonSerializer.Serialize(
                new { verdict, run = run is null ? null : FlattenScreen.Shape(run), text = line }, JsonSerializerOptions.Web)
            : line);
        return code;
    }

    private async Task<(string Verdict, string Detail)> RunAsync(string script, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        RedisArgument[] all =
        [
            script, 3, RedisKeys.FlattenArm, RedisKeys.FlattenArmNote, RedisKeys.FlattenRuns, .. arguments.Select(RedisArgument.FromString),
        ];
        var answer = await redis.AskAsync(RedisCommand.Of("EVAL", all), cancel);
        return answer.Trouble is null && answer.Value.Items is [var verdict, var detail] && verdict.TryText(out var v) && detail.TryText(out var d)
            ? (v, d)
            : throw new Refusal(ExitCode.Unavailable, $"Redis did not do it: {answer.Trouble ?? "an answer of an unexpected shape"}");
    }

    private static IReadOnlyList<string> Fields(FlattenEvent happened) =>
        [.. FlattenWire.ToStream(happened, "cli").SelectMany(f => new[] { f.Key, f.Value })];

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
