using Akka.Actor;
using Akka.Actor.Setup;
using Akka.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace Akka.Persistence.TCK.Snapshot;

/// <summary>
/// What every snapshot store must do. Snapshots are texts. A subclass calls <see cref="Initialize"/> in its constructor.
/// </summary>
public abstract class SnapshotStoreSpec : PluginSpec
{
    private readonly TestProbe _sender;

    /// <summary>Starts a system.</summary>
    protected SnapshotStoreSpec(ActorSystemSetup setup, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(setup, actorSystemName ?? "SnapshotStoreSpec", output) => _sender = CreateTestProbe();

    /// <summary>The snapshots that <see cref="Initialize"/> saved.</summary>
    protected IReadOnlyList<SnapshotMetadata> Metadata { get; private set; } = [];

    /// <summary>The store under test.</summary>
    protected IActorRef SnapshotStore => Extension.SnapshotStoreFor(null);

    /// <summary>A snapshot of this many bytes must be possible.</summary>
    protected virtual int SnapshotByteSizeLimit => 10_000;

    [Fact]
    public virtual void SnapshotStore_should_not_load_a_snapshot_given_an_invalid_persistence_id()
    {
        SnapshotStore.Tell(new LoadSnapshot("invalid-" + Pid, SnapshotSelectionCriteria.Latest, long.MaxValue), _sender.Ref);
        _sender.ExpectMsg<LoadSnapshotResult>(r => r.Snapshot is null && r.ToSequenceNr == long.MaxValue);
    }

    [Fact]
    public virtual void SnapshotStore_should_not_load_a_snapshot_given_non_matching_timestamp_criteria() =>
        ExpectLoaded(new SnapshotSelectionCriteria(long.MaxValue, new DateTime(100_000)), long.MaxValue, null);

    [Fact]
    public virtual void SnapshotStore_should_not_load_a_snapshot_given_non_matching_sequence_number_criteria()
    {
        ExpectLoaded(new SnapshotSelectionCriteria(7), long.MaxValue, null);
        ExpectLoaded(SnapshotSelectionCriteria.Latest, 7, null);
    }

    [Fact]
    public virtual void SnapshotStore_should_load_the_most_recent_snapshot() =>
        ExpectLoaded(SnapshotSelectionCriteria.Latest, long.MaxValue, 4);

    [Fact]
    public virtual void SnapshotStore_should_load_the_most_recent_snapshot_matching_an_upper_sequence_number_bound()
    {
        ExpectLoaded(new SnapshotSelectionCriteria(13), long.MaxValue, 2);
        ExpectLoaded(SnapshotSelectionCriteria.Latest, 13, 2);
    }

    [Fact]
    public virtual void SnapshotStore_should_load_the_most_recent_snapshot_matching_upper_sequence_number_and_timestamp_bounds()
    {
        ExpectLoaded(new SnapshotSelectionCriteria(13, Metadata[2].Timestamp), long.MaxValue, 2);
        ExpectLoaded(new SnapshotSelectionCriteria(long.MaxValue, Metadata[2].Timestamp), 13, 2);
    }

    [Fact]
    public virtual void SnapshotStore_should_not_load_a_snapshot_below_the_lower_bounds()
    {
        ExpectLoaded(new SnapshotSelectionCriteria(13, DateTime.MaxValue, 13), long.MaxValue, 2);
        ExpectLoaded(new SnapshotSelectionCriteria(13, DateTime.MaxValue, 14), long.MaxValue, null);
        ExpectLoaded(new SnapshotSelectionCriteria(13, DateTime.MaxValue, 0, Metadata[3].Timestamp), long.MaxValue, null);
    }

    [Fact]
    public virtual void SnapshotStore_should_delete_a_single_snapshot_identified_by_its_metadata()
    {
        ExpectDeleted(new DeleteSnapshot(Metadata[2]));
        ExpectLoaded(new SnapshotSelectionCriteria(13), long.MaxValue, 1);
    }

    [Fact]
    public virtual void SnapshotStore_should_delete_a_single_snapshot_identified_by_its_number_alone()
    {
        ExpectDeleted(new DeleteSnapshot(new SnapshotMetadata(Pid, 13)));
        ExpectLoaded(new SnapshotSelectionCriteria(13), long.MaxValue, 1);
    }

    [Fact]
    public virtual void SnapshotStore_should_not_delete_a_snapshot_that_is_younger_than_the_metadata()
    {
        ExpectDeleted(new DeleteSnapshot(new SnapshotMetadata(Pid, 13, Metadata[2].Timestamp - TimeSpan.FromSeconds(2))));
        ExpectLoaded(new SnapshotSelectionCriteria(13), long.MaxValue, 2);
    }

    [Fact]
    public virtual void SnapshotStore_should_delete_all_snapshots_matching_upper_sequence_number_and_timestamp_bounds()
    {
        var criteria = new SnapshotSelectionCriteria(13, Metadata[2].Timestamp);
        ExpectDeleted(new DeleteSnapshots(Pid, criteria), criteria);
        ExpectLoaded(criteria, long.MaxValue, null);
        ExpectLoaded(new SnapshotSelectionCriteria(14, Metadata[3].Timestamp), long.MaxValue, 3);
    }

    [Fact]
    public virtual void SnapshotStore_should_not_delete_snapshots_with_non_matching_upper_timestamp_bounds()
    {
        var criteria = new SnapshotSelectionCriteria(14, Metadata[3].Timestamp - TimeSpan.FromTicks(1));
        ExpectDeleted(new DeleteSnapshots(Pid, criteria), criteria);
        ExpectLoaded(new SnapshotSelectionCriteria(14, Metadata[3].Timestamp), long.MaxValue, 3);
    }

    [Fact]
    public virtual void SnapshotStore_should_save_and_overwrite_snapshot_with_same_sequence_number()
    {
        SnapshotStore.Tell(new SaveSnapshot(Metadata[4], "s-5-modified"), _sender.Ref);
        Assert.Equal(15, _sender.ExpectMsg<SaveSnapshotSuccess>().Metadata.SequenceNr);
        SnapshotStore.Tell(new LoadSnapshot(Pid, new SnapshotSelectionCriteria(15), long.MaxValue), _sender.Ref);
        Assert.Equal("s-5-modified", _sender.ExpectMsg<LoadSnapshotResult>().Snapshot!.Snapshot);
        ExpectDeleted(new DeleteSnapshot(new SnapshotMetadata(Pid, 15)));
        ExpectLoaded(SnapshotSelectionCriteria.Latest, long.MaxValue, 3);
    }

    [Fact]
    public virtual void SnapshotStore_should_save_bigger_size_snapshot()
    {
        var big = new string('x', SnapshotByteSizeLimit);
        SnapshotStore.Tell(
            new SaveSnapshot(new SnapshotMetadata(Pid, 100, Sys.Scheduler.Now.UtcDateTime), big), _sender.Ref);
        _sender.ExpectMsg<SaveSnapshotSuccess>();
        SnapshotStore.Tell(new LoadSnapshot(Pid, SnapshotSelectionCriteria.Latest, long.MaxValue), _sender.Ref);
        Assert.Equal(big, _sender.ExpectMsg<LoadSnapshotResult>().Snapshot!.Snapshot);
    }

    /// <summary>Saves five snapshots, of the numbers 11 to 15.</summary>
    protected IEnumerable<SnapshotMetadata> Initialize()
    {
        var first = Sys.Scheduler.Now.UtcDateTime;
        Metadata = [.. Enumerable.Range(1, 5).Select(i => new SnapshotMetadata(Pid, i + 10, first.AddMilliseconds(i)))];
        for (var i = 0; i < 5; i++)
        {
            SnapshotStore.Tell(new SaveSnapshot(Metadata[i], $"s-{i + 1}"), _sender.Ref);
            _sender.ExpectMsg<SaveSnapshotSuccess>(m => m.Metadata.Equals(Metadata[i]));
        }

        return Metadata;
    }

    private void ExpectLoaded(SnapshotSelectionCriteria criteria, long toSequenceNr, int? index)
    {
        SnapshotStore.Tell(new LoadSnapshot(Pid, criteria, toSequenceNr), _sender.Ref);
        var result = _sender.ExpectMsg<LoadSnapshotResult>();
        Assert.Equal(toSequenceNr, result.ToSequenceNr);
        Assert.Equal(index is { } i ? new SelectedSnapshot(Metadata[i], $"s-{i + 1}") : null, result.Snapshot);
    }

    private void ExpectDeleted(DeleteSnapshot delete)
    {
        var subscriber = CreateTestProbe();
        Subscribe<DeleteSnapshot>(subscriber.Ref);
        SnapshotStore.Tell(delete, _sender.Ref);
        subscriber.ExpectMsg(delete);
        _sender.ExpectMsg<DeleteSnapshotSuccess>(m => m.Metadata.Equals(delete.Metadata));
    }

    private void ExpectDeleted(DeleteSnapshots delete, SnapshotSelectionCriteria criteria)
    {
        var subscriber = CreateTestProbe();
        Subscribe<DeleteSnapshots>(subscriber.Ref);
        SnapshotStore.Tell(delete, _sender.Ref);
        subscriber.ExpectMsg(delete);
        _sender.ExpectMsg<DeleteSnapshotsSuccess>(m => m.Criteria.Equals(criteria));
    }
}
