using System.Collections.Immutable;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>How far an attempt has come.</summary>
public enum FlattenOutcome
{
    /// <summary>The key was taken, the checks are not over.</summary>
    Checking,
    Refused,
    Running,
    Aborted,
    Flat,
    Partial,
    Failed,

    /// <summary>Its process ended before it did.</summary>
    Interrupted,
}

/// <summary>One attempt, as its events tell it.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Note">Who armed and why.</param>
/// <param name="AtMs">When the key was taken, Unix ms.</param>
/// <param name="StartedMs">When the checks had passed; null when they did not.</param>
/// <param name="EndedMs">Null while it is not over.</param>
/// <param name="Outcome">How far it came.</param>
/// <param name="Text">Why it was refused or given up; empty otherwise.</param>
/// <param name="Figures">As far as known.</param>
/// <param name="Planned">Orders planned.</param>
public sealed record FlattenRunRecord(
    EventId Run, FlattenArmNote Note, long AtMs, long? StartedMs, long? EndedMs, FlattenOutcome Outcome, string Text,
    FlattenFigures Figures, int Planned)
{
    public bool IsOver => Outcome is not (FlattenOutcome.Checking or FlattenOutcome.Running);
}

/// <summary>
/// The flattener's state: a fold over its events, the same whether they come from its record, from the stream, or one by one. Immutable.
/// </summary>
public sealed record FlattenHistory
{
    /// <summary>Attempts remembered; older ones stand in the journal.</summary>
    public const int MaxRuns = 50;

    public static FlattenHistory Empty { get; } = new();

    /// <summary>Oldest first.</summary>
    public ImmutableList<FlattenRunRecord> Runs { get; private init; } = [];

    /// <summary>When the last flatten started, Unix ms: the cooldown counts from here. Null when none ever did.</summary>
    public long? LastStartedMs { get; private init; }

    /// <summary>What a person last did to the arm key with the command; null without.</summary>
    public FlattenEvent? LastHand { get; private init; }

    /// <summary>Attempts that began and did not end: at a recovery, what was interrupted (F38).</summary>
    public IEnumerable<FlattenRunRecord> Unfinished => Runs.Where(r => !r.IsOver);

    public static FlattenHistory Of(IEnumerable<FlattenEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return events.Aggregate(Empty, (history, happened) => history.Apply(happened));
    }

    public FlattenHistory Apply(FlattenEvent happened) => happened switch
    {
        FlattenEvent.Requested or FlattenEvent.Withdrawn => this with { LastHand = happened },
        FlattenEvent.OfRun of => With(of),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), "Not a flatten event."),
    };

    private FlattenHistory With(FlattenEvent.OfRun happened)
    {
        var at = Runs.FindIndex(r => r.Run == happened.Run);
        var before = at >= 0 ? Runs[at] : new FlattenRunRecord(
            happened.Run, FlattenArmNote.None, happened.AtMs, null, null, FlattenOutcome.Checking, "", FlattenFigures.None, 0);
        var after = Next(before, happened);
        var runs = at >= 0 ? Runs.SetItem(at, after) : Runs.Add(after);
        return this with
        {
            Runs = runs.Count > MaxRuns ? runs.RemoveAt(0) : runs,
            LastStartedMs = happened is FlattenEvent.Started ? Math.Max(LastStartedMs ?? 0, happened.AtMs) : LastStartedMs,
        };
    }

    private static FlattenRunRecord Next(FlattenRunRecord run, FlattenEvent.OfRun happened) => happened switch
    {
        FlattenEvent.Armed e => run with { Note = e.Note, AtMs = e.AtMs },
        FlattenEvent.Refused e => run with
        {
            Note = e.Note,
            EndedMs = e.AtMs,
            Outcome = FlattenOutcome.Refused,
            Text = e.Text,
        },
        FlattenEvent.Started e => run with { StartedMs = e.AtMs, Outcome = FlattenOutcome.Running },
        FlattenEvent.Planned e => run with { Figures = e.Figures, Planned = e.Count },
        FlattenEvent.Aborted e => run with
        {
            EndedMs = e.AtMs,
            Outcome = FlattenOutcome.Aborted,
            Text = e.Text,
            Figures = e.Figures,
        },
        FlattenEvent.Completed e => run with
        {
            EndedMs = e.AtMs,
            Outcome = e.Status switch
            {
                FlattenStatus.Flat => FlattenOutcome.Flat,
                FlattenStatus.Partial => FlattenOutcome.Partial,
                FlattenStatus.Failed => FlattenOutcome.Failed,
            },
            Figures = e.Figures,
        },
        // What is already over stays as it ended.
        FlattenEvent.Interrupted e => run.IsOver ? run : run with { EndedMs = e.AtMs, Outcome = FlattenOutcome.Interrupted },
        _ => throw new ArgumentOutOfRangeException(nameof(happened), "Not an event of a run."),
    };
}
