namespace Trader.Messages;

/// <summary>Why an arm key was taken and nothing was sent (flatten contract 2.3). Every one is a NO-OP with its own line.</summary>
public enum FlattenRefusal
{
    FlagNotTrue,
    NotConfirmed,

    /// <summary>APPLY_MODE says production somewhere (S15).</summary>
    ModeProduction,

    /// <summary>The address of the exchange is no testnet's (S15).</summary>
    VenueProduction,

    /// <summary>The exchange gateway has not said yet which account it is (S1).</summary>
    VenueUnknown,

    /// <summary>Settings contradict each other about the account (E51).</summary>
    AccountInDoubt,

    /// <summary>Its own record cannot be read or written: it does not know what it did before (S12).</summary>
    RecordUnusable,
    LatchAbsent,

    /// <summary>The latch could not be looked at; for a flatten that is not enough.</summary>
    LatchInDoubt,
    Cooldown,
    RedisUnusable,

    /// <summary>Disk or Redis gave no answer in time.</summary>
    NoAnswer,
}

/// <summary>How a flatten ended, by what the exchange showed afterwards (S3).</summary>
public enum FlattenStatus
{
    /// <summary>The exchange shows no position at all.</summary>
    Flat,

    /// <summary>Something was closed and something is left.</summary>
    Partial,

    /// <summary>Nothing was closed, or the account could not be read back.</summary>
    Failed,
}

/// <summary>The figures of one flatten, from rows seen to what is left.</summary>
/// <param name="Seen">Rows the exchange returned.</param>
/// <param name="NonZero">Of these, with more than 1e-8 base units.</param>
/// <param name="Above">Of these, worth the smallest notional or of unknown worth: the positions to close.</param>
/// <param name="Unreadable">Rows that could not be understood.</param>
/// <param name="Sent">Order requests issued.</param>
/// <param name="Ok">Of these, accepted by the exchange.</param>
/// <param name="Errors">Everything that went wrong: orders, rows, positions no order could be made for.</param>
/// <param name="Skipped">Dust that was left open.</param>
/// <param name="Residual">Positions the exchange still showed at the end, dust and unreadable rows included.</param>
/// <param name="Stopped">Why orders were held back; empty when none were.</param>
/// <param name="TookMs">From the arm key to the end.</param>
public sealed record FlattenFigures(
    int Seen, int NonZero, int Above, int Unreadable, int Sent, int Ok, int Errors, IReadOnlyList<string> Skipped,
    int Residual, string Stopped, long TookMs)
{
    public static FlattenFigures None { get; } = new(0, 0, 0, 0, 0, 0, 0, [], 0, "", 0);

    /// <summary>Requests that the exchange did not accept, as far as is known.</summary>
    public int OrderErrors => Sent - Ok;
}

/// <summary>
/// One thing that happened about flattening. Events are the record: journal, stream and persistent state hold these and nothing else.
/// </summary>
/// <param name="AtMs">Unix ms.</param>
public abstract record FlattenEvent(long AtMs)
{
    /// <summary>Something that belongs to one taken arm key.</summary>
    /// <param name="Run">Names the attempt; close orders derive their ids from it.</param>
    public abstract record OfRun(EventId Run, long AtMs) : FlattenEvent(AtMs);

    /// <summary>A person set the arm key with the command; the runbook's bare SET leaves no such event.</summary>
    public sealed record Requested(FlattenArmNote Note, int Seconds, long AtMs) : FlattenEvent(AtMs);

    /// <summary>A person took the arm key back.</summary>
    public sealed record Withdrawn(FlattenArmNote Note, long AtMs) : FlattenEvent(AtMs);

    /// <summary>The arm key was taken, and what is known without asking allows it.</summary>
    public sealed record Armed(EventId Run, FlattenArmNote Note, long AtMs) : OfRun(Run, AtMs);

    public sealed record Refused(EventId Run, FlattenRefusal Reason, string Text, FlattenArmNote Note, long AtMs) : OfRun(Run, AtMs);

    /// <summary>All checks passed and the cooldown is claimed: it counts from here, whatever comes.</summary>
    public sealed record Started(EventId Run, long AtMs) : OfRun(Run, AtMs);

    /// <summary>What was seen and what will be sent, before the first order.</summary>
    /// <param name="Count">How many orders.</param>
    /// <param name="Orders">Position, side, quantity and client id of each, one text each; empty where only the journal holds them.</param>
    public sealed record Planned(
        EventId Run, FlattenFigures Figures, int Count, IReadOnlyList<string> Orders, long AtMs) : OfRun(Run, AtMs);

    /// <summary>Given up before an order was sent.</summary>
    public sealed record Aborted(EventId Run, string Text, FlattenFigures Figures, long AtMs) : OfRun(Run, AtMs);

    public sealed record Completed(EventId Run, FlattenStatus Status, FlattenFigures Figures, long AtMs) : OfRun(Run, AtMs);

    /// <summary>The process ended in the middle of it; written by the next one. It is not resumed: one arm, one attempt.</summary>
    public sealed record Interrupted(EventId Run, long AtMs) : OfRun(Run, AtMs);
}
