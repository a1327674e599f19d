using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.ExitBrain;

/// <summary>
/// The brain's exits on their way through the order gate: one plan at a time and position, a new plan id for every attempt, and how long
/// they have been refused, or not answered, on end. It decides when to ask again; whether an order is sent is the gate's decision (S6).
/// </summary>
public sealed class ExitDesk(TimeSpan loop, TimeSpan answer, TimeSpan refusedTooLong)
{
    /// <summary>Pauses double from one loop to this many.</summary>
    private const int LongestPause = 8;

    private const string NoAnswer = "no_answer";

    private readonly Dictionary<PositionKey, Attempt> attempts = [];

    /// <summary>The exits to ask for now; positions whose exit is no longer wanted are forgotten.</summary>
    public IReadOnlyList<ExitDecision> Due(IReadOnlyList<ExitDecision> wanted, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var keys = wanted.Select(exit => exit.Position.Key).ToHashSet();
        foreach (var gone in attempts.Keys.Where(key => !keys.Contains(key)).ToList())
        {
            attempts.Remove(gone);
        }

        return [.. wanted.Where(exit => !attempts.TryGetValue(exit.Position.Key, out var last) || now >= last.NextAt)];
    }

    /// <summary>A plan for this position was published. One before it that had no final answer is silence, which counts like a refusal.</summary>
    public void Asked(PositionKey position, PlanId plan, TimeSpan now)
    {
        attempts[position] = !attempts.TryGetValue(position, out var before)
            ? new Attempt(plan, now, now + answer, 0, null, "", IsOpen: true)
            : before with
            {
                Plan = plan,
                AskedAt = now,
                NextAt = now + answer,
                RefusedSince = before.RefusedSince ?? (before.IsOpen ? before.AskedAt : null),
                Error = !before.IsOpen ? before.Error : before.IsUnknown ? PlanResultWords.OutcomeUnknown : NoAnswer,
                IsOpen = true,
                IsUnknown = false,
            };
    }

    /// <summary>It was certainly not, most likely because Redis is away: soon again. That is not the gate's silence, and ends none.</summary>
    public void NotAsked(PlanId plan, TimeSpan now)
    {
        if (Find(plan) is { } at)
        {
            attempts[at.Key] = at.Value with { NextAt = now + (2 * loop), IsOpen = false };
        }
    }

    /// <summary>The gate's result; null when it is none of ours. True: something was executed.</summary>
    public bool? Answered(string plan, bool executed, string error, TimeSpan now)
    {
        if (!PlanId.TryParse(plan, out var id) || Find(id) is not { } at)
        {
            return null;
        }

        var (key, attempt) = (at.Key, at.Value);
        if (executed)
        {
            // Positions are read before it is judged again.
            attempts[key] = attempt with { NextAt = now + (2 * loop), Refusals = 0, RefusedSince = null, Error = "", IsOpen = false };
        }
        else if (error == PlanResultWords.OutcomeUnknown)
        {
            attempts[key] = attempt with { IsUnknown = true };
        }
        else
        {
            var refusals = attempt.Refusals + 1;
            var pause = loop * Math.Min(LongestPause, 1 << Math.Min(refusals - 1, 10));
            attempts[key] = attempt with
            {
                NextAt = now + pause,
                Refusals = refusals,
                RefusedSince = IsPersons(error) ? null : attempt.RefusedSince ?? (IsRefusal(error) ? now : null),
                Error = error,
                IsOpen = false,
            };
        }

        return executed;
    }

    /// <summary>Exits that have been refused or not answered for too long on end, and why; a person's kill switch is no refusal, it is a decision.</summary>
    public IReadOnlyList<string> RefusedTooLong(TimeSpan now) =>
    [
        .. attempts.Where(a => a.Value.RefusedSince is { } since && now - since >= refusedTooLong).OrderBy(a => a.Key)
            .Select(a => $"{a.Key} {a.Value.Error}"),
    ];

    /// <summary>The plan that asks the gate for an exit: the whole position, reducing only.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Plan(ExitDecision exit, PlanId id, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(exit);
        ArgumentNullException.ThrowIfNull(id);
        var fields = new List<KeyValuePair<string, string>>
        {
            new("plan_id", id.Value),
            new("symbol", exit.Position.Symbol.Value),
            new("action", PlanWire.Text(PlanAction.FullClose)),
            new("decision", PlanWire.Text(PlanDecision.Execute)),
            new("side", "CLOSE"),
            new("type", "MARKET"),
            new("reduceOnly", "true"),
            new("qty", "0.0"),
            new("reason_codes", exit.Rule.ToString()),
            new("steps", """[{"step":"CLOSE_FULL","type":"market_reduce_only","side":"close","pct":100.0}]"""),
            new("source", "exit_brain"),
            new("timestamp", (nowMs / 1000).ToString(CultureInfo.InvariantCulture)),
        };
        if (exit.Position.Key.Side != PositionSide.Both)
        {
            fields.Add(new(OrderDraft.LegField, exit.Position.Key.Side == PositionSide.Long ? "LONG" : "SHORT"));
        }

        return fields;
    }

    private static bool IsPersons(string error) => error is PlanResultWords.KillSwitchActive or PlanResultWords.KillSwitchUnavailable;

    /// <summary>Neither begins trouble, nor ends it: the position is still there, or this would not be asked.</summary>
    private static bool IsRefusal(string error) => error is not ("no_position" or "");

    private KeyValuePair<PositionKey, Attempt>? Find(PlanId plan)
    {
        foreach (var attempt in attempts)
        {
            if (attempt.Value.Plan == plan)
            {
                return attempt;
            }
        }

        return null;
    }

    /// <param name="RefusedSince">Since when nothing was executed although it was asked for.</param>
    /// <param name="IsOpen">There is no final answer yet.</param>
    /// <param name="IsUnknown">What the gate said so far is that it does not know the outcome.</param>
    private sealed record Attempt(
        PlanId Plan, TimeSpan AskedAt, TimeSpan NextAt, int Refusals, TimeSpan? RefusedSince, string Error, bool IsOpen, bool IsUnknown = false);
}
