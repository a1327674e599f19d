using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>What <see cref="EssControl"/> wants done; the actor does it in the order given.</summary>
public abstract record EssEffect
{
    /// <summary>Onto the disk; its answer comes back as <see cref="EssControl.Written"/> or <see cref="EssControl.NotWritten"/>.</summary>
    public sealed record Write(EssEvent Event) : EssEffect;

    /// <summary>Into the second memory, which asks anew for what it lacks.</summary>
    public sealed record Share(EssEvent Event) : EssEffect;

    public sealed record Raise(long Id, EssNote Note) : EssEffect;

    /// <param name="NotesOnly">The latch was seen to be gone: one that stands there by then is a new stop, and stays.</param>
    public sealed record Lower(long Id, bool NotesOnly) : EssEffect;

    public sealed record Sync(RedisProtocol.SyncEss Command) : EssEffect;

    public sealed record Say(EssLevel Level, string Text) : EssEffect;

    public sealed record RaiseAlarm(string Code, string Text) : EssEffect;

    /// <summary>A stop was made.</summary>
    public sealed record CountTrip(EssVia Via) : EssEffect;

    /// <summary>A stop was released.</summary>
    public sealed record CountReset(EssVia Via) : EssEffect;

    /// <summary>Answers the command with this number.</summary>
    public sealed record Answer(long Ask, object Reply) : EssEffect;
}

public enum EssLevel
{
    Info,
    Warning,
    Error,
    Critical,
}

/// <param name="Ms">Unix ms by the wall clock, for stamps.</param>
/// <param name="Since">Monotonic, since the owner's start, for ages.</param>
public readonly record struct EssNow(long Ms, TimeSpan Since);
