using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Cli.Stack;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Cli.Demo;

/// <summary>One drill.</summary>
/// <param name="Stack">The system it is done to.</param>
/// <param name="Freeze">SIGSTOP instead of SIGKILL.</param>
/// <param name="PhaseMs">Waits this long once everything is up, so that runs hit different moments between two heartbeats.</param>
internal sealed record DrillPlan(StackOptions Stack, bool Freeze, int PhaseMs);

/// <summary>
/// The main job, done for real: three processes guard an account, the brain is killed, and what happens is observed from outside: the
/// streams, the halt, and the exchange's own books.
/// </summary>
internal static class Drill
{
    // Beyond the runbook's own limits, so that a late event is reported as late and not as missing.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <param name="onFailure">Gets what every process said last when the drill does not pass.</param>
    public static async Task<(DrillFacts Facts, DrillVerdict Verdict)> RunAsync(
        DrillPlan plan, TimeProvider time, Action<string> onFailure, CancellationToken cancel)
    {
        await using var stack = await PrivateStack.StartAsync(plan.Stack, cancel);
        using var exchange = new PaperControl(stack.PaperAddress);
        await using var heartbeats = new StreamWatch(RedisKeys.Heartbeat, stack.RedisEndpoint, time);
        await using var panics = new StreamWatch(RedisKeys.PanicClose, stack.RedisEndpoint, time);
        await using var completions = new StreamWatch(RedisKeys.PanicCompleted, stack.RedisEndpoint, time);
        var firstBeat = await stack.BringUpAsync(heartbeats, plan.Stack.Positions, time, cancel);
        await Task.Delay(TimeSpan.FromMilliseconds(plan.PhaseMs), time, cancel);
        if (panics.Seen.Count > 0)
        {
            throw new Refusal(ExitCode.Bad, "a panic was issued before anything was killed\n" + stack.Tails(15));
        }

        var killed = await StrikeAsync(stack, plan.Freeze, time);
        var panic = await panics.FirstAsync(static _ => true, Patience, cancel);
        var completion = panic is null ? null : await CompletionAsync(completions, panic, plan.Stack.Positions, cancel);
        var facts = await CollectAsync(stack, exchange, cancel) with
        {
            Positions = plan.Stack.Positions,
            KilledMs = killed,
            Frozen = plan.Freeze,
            FirstHeartbeatMs = firstBeat,
            LastHeartbeatMs = heartbeats.Seen.Count == 0 ? null : (long)heartbeats.Seen[^1].Entry.Id.Ms,
            PanicMs = (long?)panic?.Entry.Id.Ms,
            PanicSeenMs = panic?.AtMs,
            Reason = Field(panic, "reason"),
            IssuedBy = Field(panic, "issued_by"),
            PanicEvents = panics.Seen.Count,
            Completion = completion is { } seen && PanicWire.TryRead(seen.Entry.Fields, out var read) ? read : null,
            CompletionMs = (long?)completion?.Entry.Id.Ms,
        };
        var verdict = DrillVerdict.Judge(facts);
        if (!verdict.Pass)
        {
            onFailure(stack.Tails(25));
        }

        return (facts, verdict);
    }

    private static async Task<long> StrikeAsync(PrivateStack stack, bool freeze, TimeProvider time)
    {
        var brain = stack.Role(Role.ExitBrain);
        var killed = time.GetUtcNow().ToUnixTimeMilliseconds();
        brain.Signal(freeze ? Signals.Stop : Signals.Kill);
        if (!freeze)
        {
            await brain.Exited;
        }

        return killed;
    }

    private static Task<SeenEntry?> CompletionAsync(
        StreamWatch completions, SeenEntry panic, int positions, CancellationToken cancel)
    {
        var id = Field(panic, "event_id");
        var within = TimeSpan.FromMilliseconds(DrillVerdict.CloseLimit(positions)) + Patience;
        return completions.FirstAsync(entry => entry.TryField("event_id", out var of) && of == id, within, cancel);
    }

    private static async Task<DrillFacts> CollectAsync(PrivateStack stack, PaperControl exchange, CancellationToken cancel)
    {
        await using var redis = await RedisSession.OpenAsync(stack.RedisEndpoint, cancel);
        var halt = await redis.HashAsync(RedisKeys.TradingState, cancel);
        return new DrillFacts
        {
            Positions = 0,
            KilledMs = 0,
            Halted = PanicWire.Find(halt.Values, "halted") ?? "",
            Exchange = await exchange.SummaryAsync(cancel),
        };
    }

    private static string Field(SeenEntry? seen, string name) =>
        seen is not null && seen.Entry.TryField(name, out var value) ? value : "";
}
