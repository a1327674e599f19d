namespace Akka.Persistence.Snapshot;

/// <summary>Keeps snapshots in memory. They are gone with the system, unless it has a <see cref="MemoryStorageSetup"/>.</summary>
public class MemorySnapshotStore : SnapshotStore
{
    private readonly MemoryStorage _storage;

    /// <summary>Starts with what the system's storage holds.</summary>
    public MemorySnapshotStore() => _storage =
        Context.System.Settings.Setup.Get<MemoryStorageSetup>().Value?.Storage ?? new MemoryStorage();

    /// <summary>The snapshots.</summary>
    protected virtual List<SnapshotEntry> Snapshots => _storage.Snapshots;

    /// <inheritdoc />
    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromResult(Fitting(persistenceId, criteria).OrderByDescending(e => e.SequenceNr)
            .Select(e => new SelectedSnapshot(e.Metadata, e.Snapshot)).FirstOrDefault());

    /// <inheritdoc />
    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        Snapshots.RemoveAll(e => e.PersistenceId == metadata.PersistenceId && e.SequenceNr == metadata.SequenceNr);
        Snapshots.Add(new SnapshotEntry
        {
            Id = $"{metadata.PersistenceId}_{metadata.SequenceNr}",
            PersistenceId = metadata.PersistenceId,
            SequenceNr = metadata.SequenceNr,
            Timestamp = metadata.Timestamp.Ticks,
            Snapshot = snapshot,
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    protected override Task DeleteAsync(SnapshotMetadata metadata)
    {
        Snapshots.RemoveAll(e => e.PersistenceId == metadata.PersistenceId && e.SequenceNr == metadata.SequenceNr
            && (metadata.Timestamp == DateTime.MinValue || e.Timestamp == metadata.Timestamp.Ticks));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        foreach (var entry in Fitting(persistenceId, criteria).ToList())
        {
            Snapshots.Remove(entry);
        }

        return Task.CompletedTask;
    }

    private IEnumerable<SnapshotEntry> Fitting(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Snapshots.Where(e => e.PersistenceId == persistenceId && criteria.IsMatch(e.Metadata));
}

/// <summary>A snapshot that <see cref="MemorySnapshotStore"/> keeps.</summary>
public class SnapshotEntry
{
    /// <summary>Persistence id and number.</summary>
    public required string Id { get; init; }

    /// <summary>Whose.</summary>
    public required string PersistenceId { get; init; }

    /// <summary>The last event that is in it.</summary>
    public required long SequenceNr { get; init; }

    /// <summary>When it was saved, in ticks of UTC.</summary>
    public required long Timestamp { get; init; }

    /// <summary>The state.</summary>
    public required object Snapshot { get; init; }

    internal SnapshotMetadata Metadata => new(PersistenceId, SequenceNr, new DateTime(Timestamp, DateTimeKind.Utc));
}

/// <summary>Stands where no snapshot store is configured: finds nothing, and fails everything else.</summary>
public sealed class NoSnapshotStore : SnapshotStore
{
    /// <inheritdoc />
    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Task.FromResult<SelectedSnapshot?>(null);

    /// <inheritdoc />
    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot) => Fail();

    /// <inheritdoc />
    protected override Task DeleteAsync(SnapshotMetadata metadata) => Fail();

    /// <inheritdoc />
    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) => Fail();

    private static Task Fail() => Task.FromException(new NoSnapshotStoreException("No snapshot store configured."));

    /// <summary>No snapshot store is configured.</summary>
    public class NoSnapshotStoreException(string message) : Exception(message);
}
