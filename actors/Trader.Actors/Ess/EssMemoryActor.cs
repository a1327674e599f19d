using Akka.Actor;
using Akka.Pattern;
using Akka.Persistence;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>
/// The stop's second memory, outside this machine's disk: its events in the persistence journal. It tells its owner what is remembered each
/// time it has recovered, so that the owner can add what is missing; a store that fails stops it, and its supervisor starts it again.
/// </summary>
public sealed class EssMemoryActor : ReceivePersistentActor
{
    /// <summary>Stores one event. Reply: <see cref="Remembered"/>; none when the store fails, because then it is asked anew.</summary>
    public sealed record Remember(EssEvent Event);

    public sealed record Remembered(long Number);

    /// <summary>All that is remembered; comes unasked.</summary>
    public sealed record Recalled(IReadOnlyList<EssEvent> Events);

    /// <summary>The store could not be read or written; it is tried again.</summary>
    public sealed record Failed(string Why);

    /// <summary>The supervisor's answer while the store is away.</summary>
    public sealed record NotThere;

    /// <summary>One event as it is stored: the fields of its journal record. Never changed; a new shape gets a new manifest.</summary>
    public sealed record Stored(string Kind, long AtMs, IReadOnlyList<string> Names, IReadOnlyList<string> Values);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    private readonly List<EssEvent> _events = [];
    private readonly IActorRef _owner;

    public EssMemoryActor(string persistenceId, IActorRef owner)
    {
        (PersistenceId, _owner) = (persistenceId, owner);
        Recover<Stored>(stored => Take(stored));
        Recover<RecoveryCompleted>(_ => owner.Tell(new Recalled([.. _events])));
        Command<Remember>(remember =>
        {
            var record = EssRecords.Write(remember.Event);
            var stored = new Stored(
                record.Kind, record.AtMs, [.. record.Fields.Select(f => f.Key)], [.. record.Fields.Select(f => f.Value)]);
            Persist(stored, _ => owner.Tell(new Remembered(remember.Event.Number)));
        });
    }

    public override string PersistenceId { get; }

    public static IReadOnlyList<PersistedType> Types { get; } = [PersistedType.Of<Stored>("ess.event.v1")];

    /// <param name="node">Every node that owns a stop remembers its own.</param>
    /// <param name="owner">Told of every recovery.</param>
    public static Props Props(string node, IActorRef owner)
    {
        var persistenceId = "ess-" + node;
        return BackoffSupervisor.Props(
            Backoff.OnStop(Akka.Actor.Props.Create(() => new EssMemoryActor(persistenceId, owner)), "events", FirstPause, LongestPause, 0.0)
                .WithAutoReset(LongestPause)
                .WithReplyWhileStopped(new NotThere()));
    }

    // The owner says it once; the base would write a stack trace at every try of a Redis that is away for hours.
    protected override void OnRecoveryFailure(Exception reason, object? message = null) => _owner.Tell(new Failed(reason.Message));

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => _owner.Tell(new Failed(cause.Message));

    private void Take(Stored stored)
    {
        var fields = stored.Names.Zip(stored.Values, KeyValuePair.Create).ToList();
        var happened = EssRecords.Read(new JournalRecord(stored.Kind, stored.AtMs, fields));

        // What is stored and cannot be understood may be a stop: recovery fails, and until somebody looks entries are refused (S1).
        _events.Add(happened ?? throw new InvalidOperationException($"an event '{stored.Kind}' of the emergency stop cannot be understood"));
    }
}
