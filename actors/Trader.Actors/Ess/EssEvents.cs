using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>What happened to the emergency stop; the state is what these events make of it, in the order of their numbers.</summary>
/// <param name="Number">Rising; a number that was given to a release that failed is never used again.</param>
/// <param name="AtMs">Unix ms.</param>
public abstract record EssEvent(long Number, long AtMs);

/// <param name="Stop">In force from now on; it takes the place of one that was made by hand.</param>
/// <param name="Cause">There was a stop before: this is a further cause.</param>
/// <param name="Drawdown">Daily drawdown at that moment, percent; null when it was not known.</param>
/// <param name="OpenLoss">The same of the open loss.</param>
public sealed record EssStopped(long Number, EssStop Stop, bool Cause, decimal? Drawdown, decimal? OpenLoss)
    : EssEvent(Number, Stop.AtMs);

/// <param name="Via">How the person said so.</param>
/// <param name="SeenDrawdown">The daily drawdown that they had before their eyes, percent; null when it was not known.</param>
/// <param name="SeenOpenLoss">The same of the open loss.</param>
public sealed record EssReleased(
    long Number, long AtMs, EssVia Via, string By, string Reason, decimal? SeenDrawdown, decimal? SeenOpenLoss) : EssEvent(Number, AtMs);

/// <param name="Day">UTC.</param>
/// <param name="Equity">The first equity read on that day.</param>
public sealed record EssDayBegan(long Number, long AtMs, DateOnly Day, decimal Equity) : EssEvent(Number, AtMs);

/// <summary>A loss that a person had accepted has been below its limit: from here on it counts as any other.</summary>
public sealed record EssRearmed(long Number, long AtMs, EssVia Via) : EssEvent(Number, AtMs);
