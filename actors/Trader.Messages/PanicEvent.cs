namespace Trader.Messages;

/// <summary>Who may ask for a panic close (S9). Anyone else is refused.</summary>
public enum PanicIssuer
{
    RiskKernel,
    ExitBrain,
    Ops,
    Watchdog,
}

/// <summary>A panic close that may be executed: only <c>TriggerRules</c> and the issuers in this system make one.</summary>
/// <param name="EventId">Names the event; handled once.</param>
/// <param name="Reason">Upper-case code, at most <see cref="MaxReasonLength"/> characters.</param>
/// <param name="Issuer">Who asked.</param>
/// <param name="TsMs">Unix ms, the issuer's clock.</param>
public sealed record PanicTrigger(EventId EventId, string Reason, PanicIssuer Issuer, long TsMs)
{
    public const int MaxReasonLength = 256;
}

/// <summary>An entry of <c>system:panic_close</c>, or the same fields from the direct link, before anything was believed.</summary>
/// <param name="StreamId">The stream's entry id; empty when it came by the direct link.</param>
/// <param name="Fields">As received, bounded by the Redis client's limits.</param>
/// <param name="Redelivered">It was delivered to a worker before and never acknowledged.</param>
public sealed record PanicEntry(
    string StreamId, IReadOnlyList<KeyValuePair<string, string>> Fields, bool Redelivered)
{
    /// <summary>Characters of a name and of a value that a record of its refusal keeps; the entry itself stays in its stream.</summary>
    public const int MaxQuotedLength = 256;

    /// <summary>Fields that such a record keeps; a trigger has five.</summary>
    public const int MaxQuotedFields = 16;

    /// <summary>What was received, as Redis' and the journal's record of a refusal quote it (E44).</summary>
    public IEnumerable<KeyValuePair<string, string>> Quoted() => Fields.Take(MaxQuotedFields)
        .Select(f => new KeyValuePair<string, string>("got." + Cut(f.Key), Cut(f.Value)));

    private static string Cut(string text) => text.Length > MaxQuotedLength ? text[..MaxQuotedLength] : text;
}

/// <summary>The outcome of one panic event; the eight documented fields of <c>system:panic_close:completed</c>.</summary>
/// <param name="EventId">The trigger's id.</param>
/// <param name="Total">Position legs that were open or could not be read.</param>
/// <param name="Closed">Legs that the exchange no longer shows (S3).</param>
/// <param name="FailedSymbols">Legs still open or unreadable at the end; its count is <c>positions_failed</c>.</param>
/// <param name="StartedMs">Unix ms.</param>
/// <param name="CompletedMs">Unix ms, not before <paramref name="StartedMs"/>.</param>
public sealed record PanicCompletion(
    EventId EventId, int Total, int Closed, IReadOnlyList<string> FailedSymbols, long StartedMs, long CompletedMs)
{
    /// <summary>What stands in <see cref="FailedSymbols"/> when the account itself could not be read.</summary>
    public const string Unreadable = "POSITIONS_UNREADABLE";

    /// <summary>
    /// What stands there, and the alarm's code, when it is not known that nothing rests which could open a position (decision 0006).
    /// </summary>
    public const string RestingUnknown = "RESTING_ORDERS_UNKNOWN";

    public int Failed => FailedSymbols.Count;

    /// <summary>The exchange was read and shows no position.</summary>
    public bool VerifiedFlat => Failed == 0;
}

/// <summary>Why trading is halted: the union of the documented fields of <c>system:state:trading</c> (contract 1.5).</summary>
public sealed record HaltRecord(
    EventId EventId, string Reason, string Source, int PositionsClosed, long TsMs, string HaltedBy);

/// <summary>Something a person must look at.</summary>
/// <param name="Code">Stable upper-case code.</param>
/// <param name="Text">One line with the numbers that decided.</param>
public sealed record Alarm(string Code, string Text, long AtMs);
