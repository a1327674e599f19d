using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>What one life of a worker has been told and has done, as far as the rules need it.</summary>
internal sealed class WorkerTruth
{
    /// <summary>When the halt of an event was first asked for; by disk and by Redis.</summary>
    public Dictionary<EventId, double> LatchAskedMs { get; } = [];

    public Dictionary<EventId, double> HaltAskedMs { get; } = [];

    public HashSet<EventId> LatchFailed { get; } = [];

    public HashSet<EventId> HaltFailed { get; } = [];

    /// <summary>Good and bad answers to position reads, newest last; null is a failed read.</summary>
    public List<(double AtMs, IActorRef Asker, ExchangeProtocol.PositionsRead? Read)> Reads { get; } = [];

    /// <summary>Events about which Redis has said who holds them.</summary>
    public HashSet<EventId> Claimed { get; } = [];

    public HashSet<string> LookedUp { get; } = [];

    /// <summary>Orders that a look-up found.</summary>
    public HashSet<string> Found { get; } = [];

    /// <summary>Newest plan of each position, by the journal's field: amount and ids.</summary>
    public Dictionary<string, string> Plans { get; } = [];

    /// <summary>Each run's newest question about resting orders that has been answered, when, and whether the answer was that none rests.</summary>
    public Dictionary<IActorRef, (long ReadId, double AtMs, bool Empty)> Resting { get; } = [];

    public List<(double AtMs, IActorRef Asker, CloseOrder Order)> Sent { get; } = [];

    /// <summary>Records asked for and not yet on disk; refused ones are taken out, for there is no more to wait for.</summary>
    public List<JournalRecord> Pending { get; } = [];

    /// <summary>Entries of the stream that this life was given.</summary>
    public Dictionary<string, EventId> Entries { get; } = [];
}
