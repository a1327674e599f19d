using System.Collections.Concurrent;
using Akka.Actor.Setup;
using Akka.Persistence.Snapshot;

namespace Akka.Persistence;

/// <summary>
/// What the in-memory plugins keep. A system that starts with <see cref="MemoryStorageSetup"/> finds here what an earlier
/// one left, also one that was aborted: a disk for simulations and tests.
/// </summary>
public sealed class MemoryStorage
{
    /// <summary>Events by persistence id.</summary>
    internal ConcurrentDictionary<string, LinkedList<IPersistentRepresentation>> Messages { get; } = new();

    /// <summary>The highest numbers whose events are deleted.</summary>
    internal ConcurrentDictionary<string, long> Highest { get; } = new();

    /// <summary>The snapshots.</summary>
    internal List<SnapshotEntry> Snapshots { get; } = [];
}

/// <summary>Gives a system's in-memory plugins a storage that outlives it. This engine's own; Akka.NET has none.</summary>
public sealed class MemoryStorageSetup(MemoryStorage storage) : Setup
{
    /// <summary>The storage.</summary>
    public MemoryStorage Storage { get; } = storage;
}
