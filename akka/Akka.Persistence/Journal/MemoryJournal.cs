using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>Keeps events in memory. They are gone with the system, unless it has a <see cref="MemoryStorageSetup"/>.</summary>
public class MemoryJournal : AsyncWriteJournal
{
    private readonly MemoryStorage _storage;
    private readonly ActorSystem _system = Context.System;

    /// <summary>Starts with what the system's storage holds.</summary>
    public MemoryJournal() => _storage =
        _system.Settings.Setup.Get<MemoryStorageSetup>().Value?.Storage ?? new MemoryStorage();

    /// <summary>Events by persistence id.</summary>
    protected virtual ConcurrentDictionary<string, LinkedList<IPersistentRepresentation>> Messages => _storage.Messages;

    /// <inheritdoc />
    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr) =>
        Task.FromResult(Math.Max(HighestSequenceNr(persistenceId), _storage.Highest.GetValueOrDefault(persistenceId)));

    /// <inheritdoc />
    public override Task ReplayMessagesAsync(
        IActorContext context,
        string persistenceId,
        long fromSequenceNr,
        long toSequenceNr,
        long max,
        Action<IPersistentRepresentation> recoveryCallback)
    {
        foreach (var persistent in Read(persistenceId, fromSequenceNr, toSequenceNr, max).ToList())
        {
            recoveryCallback(persistent);
        }

        return Task.CompletedTask;
    }

    /// <summary>Keeps an event.</summary>
    public void Add(IPersistentRepresentation persistent) =>
        Messages.GetOrAdd(persistent.PersistenceId, static _ => new LinkedList<IPersistentRepresentation>()).AddLast(persistent);

    /// <summary>The events between two numbers, both included, in the order they were written.</summary>
    public IEnumerable<IPersistentRepresentation> Read(string pid, long fromSeqNr, long toSeqNr, long max) =>
        Messages.TryGetValue(pid, out var all)
            ? all.Where(p => p.SequenceNr >= fromSeqNr && p.SequenceNr <= toSeqNr).Take((int)Math.Min(max, int.MaxValue))
            : [];

    /// <summary>The number of the last event kept; 0: none.</summary>
    public long HighestSequenceNr(string pid) =>
        Messages.TryGetValue(pid, out var all) ? all.Last?.Value.SequenceNr ?? 0L : 0L;

    /// <inheritdoc />
    protected override Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var now = _system.Scheduler.Now.UtcTicks;
        foreach (var persistent in messages.SelectMany(write => write.Events))
        {
            Add(persistent.WithTimestamp(now));
        }

        return Task.FromResult<IImmutableList<Exception?>?>(null);
    }

    /// <inheritdoc />
    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        if (Messages.TryGetValue(persistenceId, out var all) && all.Last is { } last)
        {
            _storage.Highest[persistenceId] = Math.Max(
                _storage.Highest.GetValueOrDefault(persistenceId), last.Value.SequenceNr);
            for (var node = all.First; node is not null;)
            {
                var following = node.Next;
                if (node.Value.SequenceNr <= toSequenceNr)
                {
                    all.Remove(node);
                }

                node = following;
            }
        }

        return Task.CompletedTask;
    }
}
