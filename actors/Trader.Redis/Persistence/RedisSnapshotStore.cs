using System.Globalization;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Snapshot;
using Trader.Messages;

namespace Trader.Redis.Persistence;

/// <summary>
/// Snapshots in Redis, plugin <c>akka.persistence.snapshot-store.redis</c>. A snapshot that cannot be read fails the recovery: an older one
/// might miss events that were deleted since.
/// </summary>
public sealed class RedisSnapshotStore : SnapshotStore
{
    private const int Page = 16;

    private readonly RedisPersistence _redis;
    private readonly PersistenceWire _wire;
    private readonly string _prefix;

    public RedisSnapshotStore(Config config)
    {
        _redis = RedisPersistence.Of(Context.System);
        _prefix = RedisPluginSettings.KeyPrefix(config);
        _wire = new PersistenceWire(_redis.Types, RedisPluginSettings.Bytes(config, "snapshot-limit", 2 * 1024 * 1024));
    }

    protected override async Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        await foreach (var text in Find(persistenceId, criteria).ConfigureAwait(false))
        {
            return _wire.ReadSnapshot(persistenceId, text);
        }

        return null;
    }

    protected override async Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        await _redis.Run(
            PersistenceScripts.SaveSnapshot, [Key(metadata.PersistenceId)],
            [metadata.SequenceNr.ToString(CultureInfo.InvariantCulture), _wire.Write(metadata, snapshot)],
            $"saving a snapshot of {metadata.PersistenceId}").ConfigureAwait(false);
    }

    protected override Task DeleteAsync(SnapshotMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var latest = metadata.Timestamp == DateTime.MinValue ? DateTime.MaxValue : metadata.Timestamp;
        return DeleteAsync(
            metadata.PersistenceId, new SnapshotSelectionCriteria(metadata.SequenceNr, latest, metadata.SequenceNr));
    }

    protected override async Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        var found = new List<RedisArgument> { Key(persistenceId) };
        await foreach (var text in Find(persistenceId, criteria).ConfigureAwait(false))
        {
            found.Add(text);
        }

        if (found.Count > 1)
        {
            await _redis.Run(RedisCommand.Of("ZREM", [.. found]), $"deleting snapshots of {persistenceId}").ConfigureAwait(false);
        }
    }

    /// <summary>The snapshots that fit, the latest first.</summary>
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> Find(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        for (var offset = 0; ; offset += Page)
        {
            var read = await _redis.Run(
                RedisCommand.Of(
                    "ZREVRANGEBYSCORE", Key(persistenceId), Bound(criteria.MaxSequenceNr), Bound(criteria.MinSequenceNr),
                    "LIMIT", offset, Page),
                $"reading snapshots of {persistenceId}").ConfigureAwait(false);
            foreach (var item in read.Items.ToArray())
            {
                var at = PersistenceWire.ReadMetadata(persistenceId, item.Bytes).Timestamp;
                if (at <= criteria.MaxTimeStamp && at >= (criteria.MinTimestamp ?? DateTime.MinValue))
                {
                    yield return item.Bytes;
                }
            }

            if (read.Items.Length < Page)
            {
                yield break;
            }
        }
    }

    private static string Bound(long number) =>
        number >= AppendBatch.HighestNumber ? "+inf" : number.ToString(CultureInfo.InvariantCulture);

    private string Key(string persistenceId) => _prefix + RedisKeys.Snapshots + persistenceId;
}
