namespace Trader.Messages;

/// <summary>What made, or released, the emergency stop.</summary>
public enum EssVia
{
    /// <summary>The latch file: <c>touch</c>, <c>rm</c> or the controller script.</summary>
    File,

    /// <summary>The Redis marker, set or deleted by an operator or by another host's stop.</summary>
    Redis,

    Api,

    Cli,

    Drawdown,

    OpenLoss,

    ExecutionErrors,

    /// <summary>What was remembered cannot be read whole: there may have been a stop, so there is one (S1).</summary>
    Memory,
}

/// <summary>An emergency stop that is in force.</summary>
/// <param name="Via">What made it.</param>
/// <param name="Reason">One line, e.g. <c>Daily drawdown 6.00% >= 5.00%</c>; at most <see cref="EssNote.MaxReason"/> characters.</param>
/// <param name="By">Who made it, as far as known; at most <see cref="EssNote.MaxBy"/> characters.</param>
/// <param name="AtMs">Unix ms.</param>
public sealed record EssStop(EssVia Via, string Reason, string By, long AtMs)
{
    /// <summary>Beginning of every value of <see cref="RedisKeys.EssState"/> but clear.</summary>
    public const string ActivePrefix = "active:";

    /// <summary>Whether taking away what made it is a person's release. Only what a person made by hand ends that way (S14).</summary>
    public bool EndsByHand => Via is EssVia.File or EssVia.Redis;
}

/// <summary>The account's figures as percentages; null where they are not known.</summary>
/// <param name="DailyDrawdownPercent">Fall of equity since the first reading of the UTC day, in percent of it; 0 when it rose.</param>
/// <param name="OpenLossPercent">Unrealised loss in percent of the wallet balance; 0 in profit.</param>
/// <param name="ExecutionErrors">Results within the window that failed at the exchange; null while they cannot be read.</param>
/// <param name="UpdatedMs">Unix ms of the last reading of the account; null before the first.</param>
/// <param name="Stale">The account's figures are older than allowed, or there are none: the money triggers are blind.</param>
public sealed record EssFigures(
    decimal? DailyDrawdownPercent, decimal? OpenLossPercent, int? ExecutionErrors, long? UpdatedMs, bool Stale);

/// <summary>One transition, for the history.</summary>
/// <param name="Event"><c>activated</c>, <c>released</c> or <c>cause</c> (another cause while active).</param>
public sealed record EssTransition(long Number, long AtMs, string Event, EssVia Via, string By, string Reason);
