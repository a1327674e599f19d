using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Trader.Messages;

namespace Trader.Redis.Persistence;

/// <summary>
/// The journal in Redis, plugin <c>akka.persistence.journal.redis</c>. Numbers are without a gap: a write that does not follow the highest
/// number fails, so that two actors with one persistence id cannot interleave, and a recovery that misses an event fails instead of
/// giving a state that never was. An event that cannot be stored is rejected and leaves a mark in its place.
/// </summary>
public sealed class RedisJournal : AsyncWriteJournal
{
    private const int MostBytesPerPage = 32 * 1024 * 1024;

    private readonly RedisPersistence _redis;
    private readonly PersistenceWire _wire;
    private readonly string _prefix;
    private readonly int _page;

    // The last write of each id: a recovery must not overtake it, and neither must the next write.
    private readonly Dictionary<string, Task> _lastWrites = new(StringComparer.Ordinal);

    public RedisJournal(Config config)
    {
        _redis = RedisPersistence.Of(Context.System);
        _prefix = RedisPluginSettings.KeyPrefix(config);
        var limit = RedisPluginSettings.Bytes(config, "event-limit", 1024 * 1024);
        _page = RedisPluginSettings.Whole(config, "replay-page", MostBytesPerPage / limit);
        _wire = new PersistenceWire(_redis.Types, limit);
    }

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr)
    {
        await LastWrite(persistenceId).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var bounds = await Bounds(persistenceId).ConfigureAwait(false);
        if (bounds.Last > bounds.Highest || (bounds.Last < bounds.Highest && bounds.DeletedTo < bounds.Highest))
        {
            throw new RedisPersistenceException(FormattableString.Invariant(
                $"the journal of {persistenceId} ends at event {bounds.Last} and says that it ends at {bounds.Highest}"));
        }

        return bounds.Highest;
    }

    public override async Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max,
        Action<IPersistentRepresentation> recoveryCallback)
    {
        ArgumentNullException.ThrowIfNull(recoveryCallback);
        var bounds = await Bounds(persistenceId).ConfigureAwait(false);
        var next = Math.Max(fromSequenceNr, bounds.DeletedTo + 1);
        for (var left = max; next <= toSequenceNr && left > 0;)
        {
            var read = await _redis.Run(
                RedisCommand.Of(
                    "ZRANGEBYSCORE", Key(persistenceId), Text(next), Text(toSequenceNr), "LIMIT", 0, Math.Min(left, _page)),
                $"reading events of {persistenceId}").ConfigureAwait(false);
            if (read.Items.IsEmpty)
            {
                throw Missing(persistenceId, next);
            }

            foreach (var item in read.Items.ToArray())
            {
                var stored = _wire.ReadEvent(persistenceId, item.Bytes);
                if (stored.SequenceNr != next)
                {
                    throw Missing(persistenceId, next);
                }

                next++;
                if (stored.Persistent is not null)
                {
                    left--;
                    recoveryCallback(stored.Persistent);
                }
            }
        }
    }

    protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var batch = new AppendBatch(_wire, _redis.Time.GetUtcNow());
        foreach (var write in messages)
        {
            batch.Add(write);
        }

        string[] ids = [.. batch.Steps.Select(s => s.PersistenceId).Distinct(StringComparer.Ordinal)];
        var running = Append(batch.Steps, Task.WhenAll(ids.Select(LastWrite)));
        foreach (var id in ids)
        {
            _lastWrites[id] = running;
        }

        await running.ConfigureAwait(false);
        return batch.Results;
    }

    protected override async Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        await LastWrite(persistenceId).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _redis.Run(
            PersistenceScripts.Delete, Keys(persistenceId), [Text(Math.Min(toSequenceNr, AppendBatch.HighestNumber))],
            $"deleting events of {persistenceId}").ConfigureAwait(false);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static RedisPersistenceException Missing(string persistenceId, long number) =>
        new(FormattableString.Invariant($"event {number} of {persistenceId} is missing"));

    private static long Number(RespValue value, string persistenceId) => value.TryInteger(out var number) && number >= 0
        ? number
        : throw new RedisPersistenceException($"the journal of {persistenceId} has a number that is none");

    private Task LastWrite(string persistenceId) => _lastWrites.GetValueOrDefault(persistenceId, Task.CompletedTask);

    private async Task Append(IReadOnlyList<AppendStep> steps, Task before)
    {
        // Whether the write before was stored is for Redis to say: it compares the numbers.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var step in steps)
        {
            var answer = await _redis.Run(
                PersistenceScripts.Append, Keys(step.PersistenceId), [Text(step.First), .. step.Events],
                $"storing events of {step.PersistenceId}").ConfigureAwait(false);
            if (answer.Items.Length != 2 || !answer.Items[0].TryInteger(out var stored))
            {
                throw new RedisPersistenceException($"storing events of {step.PersistenceId}: an answer of an unexpected shape");
            }

            if (stored != 1)
            {
                throw new RedisPersistenceException(FormattableString.Invariant(
                    $"event {step.First} of {step.PersistenceId} does not follow event {Number(answer.Items[1], step.PersistenceId)}: ")
                    + "another writer, or Redis lost events");
            }
        }
    }

    private async Task<(long Highest, long Last, long DeletedTo)> Bounds(string persistenceId)
    {
        var read = await _redis.Run(
            PersistenceScripts.Bounds, Keys(persistenceId), [], $"reading the journal of {persistenceId}").ConfigureAwait(false);
        return read.Items.Length == 3
            ? (Number(read.Items[0], persistenceId), Number(read.Items[1], persistenceId), Number(read.Items[2], persistenceId))
            : throw new RedisPersistenceException($"reading the journal of {persistenceId}: an answer of an unexpected shape");
    }

    private string Key(string persistenceId) => _prefix + RedisKeys.JournalEvents + persistenceId;

    private string[] Keys(string persistenceId)
    {
        var key = Key(persistenceId);
        return [key, key + RedisKeys.JournalHighest, key + RedisKeys.JournalDeletedTo];
    }
}
