namespace Trader.Redis;

/// <summary>
/// One consumer of a consumer group, on a connection of its own. No entry is lost (S10): after every connect it is
/// first given what it was given before and did not acknowledge; then what is new; and every second what no consumer
/// acknowledged or kept alive for <see cref="StreamOptions.ClaimIdleMs"/>, whoever had it, itself included. So entries
/// may come twice, marked Redelivered, and the owner must know its work by its own ids. A group that is gone (flush,
/// deletion, a server that came back empty) is created again from the stream's beginning, because what was added
/// meanwhile must not be missed.
/// </summary>
public sealed class StreamGroupReader : IAsyncDisposable
{
    private readonly StreamLink _link;
    private readonly StreamOptions _options;
    private readonly TimeProvider _time;
    private readonly RedisClient _commands;
    private readonly string _key;
    private readonly string _group;
    private readonly string _consumer;
    private readonly long _start;

    private bool _groupMissing;
    private StreamId? _ownCursor = StreamId.Zero;
    private StreamId _claimCursor = StreamId.Zero;
    private TimeSpan _claimAt;
    private StreamId _highest;

    private StreamGroupReader(StreamConsumer consumer, RedisClient commands, StreamOptions options, StreamSink sink)
    {
        _options = options;
        _time = commands.Target.Time;
        _commands = commands;
        (_key, _group, _consumer) = consumer;
        _start = _time.GetTimestamp();
        _link = new StreamLink(commands.Target, options, sink, $"{_key}/{_group}");
        _link.Start(Begin, Step);
    }

    /// <summary>Ends with the reader; faults only when the sink threw.</summary>
    public Task Completion => _link.Completion;

    /// <summary>Starts reading.</summary>
    /// <param name="consumer">What to read and as whom.</param>
    /// <param name="commands">Carries Ack and KeepAlive, which must not wait behind a blocking read; its target is the
    /// reader's too. The reader does not dispose it.</param>
    /// <param name="options">How to read.</param>
    /// <param name="sink">Where entries go.</param>
    public static StreamGroupReader Start(
        StreamConsumer consumer, RedisClient commands, StreamOptions options, StreamSink sink)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(commands);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sink);
        return new StreamGroupReader(consumer, commands, options, sink);
    }

    /// <summary>Acknowledges an entry: it is done and never comes again. While down it is not; the entry then comes
    /// again.</summary>
    public ValueTask<RedisResult> Ack(StreamId id, TimeSpan deadline) => _commands.Execute(AckCommand([id]), deadline);

    /// <summary>Says that these entries are being worked on, so that no other consumer takes them over. Entries
    /// acknowledged meanwhile are left alone; an entry another consumer took over meanwhile is taken back.</summary>
    public ValueTask<RedisResult> KeepAlive(IReadOnlyList<StreamId> ids, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentOutOfRangeException.ThrowIfZero(ids.Count);
        RedisArgument[] all = [_key, _group, _consumer, 0, .. Texts(ids), "JUSTID"];
        return _commands.Execute(RedisCommand.Of("XCLAIM", all), deadline);
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private void Begin()
    {
        _ownCursor = StreamId.Zero;
        _claimCursor = StreamId.Zero;
        _claimAt = TimeSpan.Zero;
    }

    private Task Step(RedisConnection connection, CancellationToken stop)
    {
        if (_groupMissing)
        {
            return CreateGroup(connection, stop);
        }

        if (_ownCursor is { } cursor)
        {
            return ReadOwn(connection, cursor, stop);
        }

        return Now >= _claimAt ? Claim(connection, stop) : ReadNew(connection, stop);
    }

    private async Task CreateGroup(RedisConnection connection, CancellationToken stop)
    {
        RedisCommand create = RedisCommand.Of("XGROUP", "CREATE", _key, _group, "0", "MKSTREAM");
        RedisResult result = await _link.Ask(connection, create).ConfigureAwait(false);
        _groupMissing = !result.IsValue && result.ErrorCode != "BUSYGROUP";
        if (_groupMissing)
        {
            await _link.Pause("XGROUP CREATE", result, stop).ConfigureAwait(false);
        }
        else if (result.IsValue)
        {
            _link.Notice(StreamNoticeKind.GroupCreated, $"{_key}: group {_group} created from 0");
        }
    }

    private async Task ReadOwn(RedisConnection connection, StreamId after, CancellationToken stop)
    {
        RedisCommand read = RedisCommand.Of(
            "XREADGROUP", "GROUP", _group, _consumer, "COUNT", _options.BatchSize, "STREAMS", _key, after.ToString());
        if (await Read(connection, read, redelivered: _ => true, stop).ConfigureAwait(false) is { } last)
        {
            _ownCursor = last == StreamId.Zero ? null : last;
        }
    }

    private async Task ReadNew(RedisConnection connection, CancellationToken stop)
    {
        // BLOCK 0 would block for ever.
        long block = Math.Clamp((long)(_claimAt - Now).TotalMilliseconds, 1, _options.BlockMs);
        RedisCommand read = RedisCommand.Of(
            "XREADGROUP", "GROUP", _group, _consumer,
            "COUNT", _options.BatchSize, "BLOCK", block, "STREAMS", _key, ">");

        // A group made again from 0 hands out as new what the lost one had handed out before.
        StreamId highest = _highest;
        await Read(connection, read, redelivered: id => id <= highest, stop).ConfigureAwait(false);
    }

    /// <summary>Reads and delivers. Null: no answer to go on from. Else the last id in the answer, zero when it was
    /// empty.</summary>
    private async Task<StreamId?> Read(
        RedisConnection connection, RedisCommand read, Func<StreamId, bool> redelivered, CancellationToken stop)
    {
        RedisResult result = await _link.Ask(connection, read).ConfigureAwait(false);
        if (!result.IsValue)
        {
            await Refused(read.Name, result, stop).ConfigureAwait(false);
            return null;
        }

        if (!StreamReplies.TryFindList(result.Value, out RespValue list)
            || !StreamReplies.TryReadEntries(
                list, _options.MaxEntryBytes, redelivered, out var entries, out var deleted))
        {
            StreamLink.EndMalformed(connection, read.Name);
            return null;
        }

        StreamId last = entries.Count == 0 ? StreamId.Zero : entries[^1].Id;
        if (deleted.Count > 0)
        {
            last = deleted[^1] > last ? deleted[^1] : last;
            await DropDeleted(connection, deleted).ConfigureAwait(false);
        }

        _highest = last > _highest ? last : _highest;
        await _link.Deliver(entries, stop).ConfigureAwait(false);
        return last;
    }

    private async Task Claim(RedisConnection connection, CancellationToken stop)
    {
        RedisCommand claim = RedisCommand.Of(
            "XAUTOCLAIM", _key, _group, _consumer, _options.ClaimIdleMs, _claimCursor.ToString(),
            "COUNT", _options.BatchSize);
        RedisResult result = await _link.Ask(connection, claim).ConfigureAwait(false);

        // Whatever the answer, reading goes on before the next try: a server too old for XAUTOCLAIM must not stop it.
        _claimAt = Now + TimeSpan.FromMilliseconds(_options.ClaimEveryMs);
        if (!result.IsValue)
        {
            await Refused("XAUTOCLAIM", result, stop).ConfigureAwait(false);
            return;
        }

        if (result.Value.Items.Length < 2
            || !StreamId.TryParse(result.Value.Items[0].Bytes.Span, out _claimCursor)
            || !StreamReplies.TryReadEntries(
                result.Value.Items[1], _options.MaxEntryBytes, _ => true, out var entries, out var deleted))
        {
            StreamLink.EndMalformed(connection, "XAUTOCLAIM");
            return;
        }

        if (_claimCursor != StreamId.Zero)
        {
            _claimAt = TimeSpan.Zero;
        }

        if (deleted.Count > 0)
        {
            await DropDeleted(connection, deleted).ConfigureAwait(false);
        }

        if (entries.Count > 0)
        {
            _link.Notice(
                StreamNoticeKind.Claimed,
                $"{_key}: {entries.Count} entries idle for {_options.ClaimIdleMs} ms taken over, from {entries[0].Id}");
        }

        await _link.Deliver(entries, stop).ConfigureAwait(false);
    }

    private async Task Refused(string command, RedisResult result, CancellationToken stop)
    {
        // UNBLOCKED: the stream was deleted under a blocking read; the group went with it.
        if (result.ErrorCode is "NOGROUP" or "UNBLOCKED")
        {
            _groupMissing = true;
            return;
        }

        await _link.Pause(command, result, stop).ConfigureAwait(false);
    }

    private async Task DropDeleted(RedisConnection connection, List<StreamId> deleted)
    {
        RedisResult acked = await _link.Ask(connection, AckCommand(deleted)).ConfigureAwait(false);
        if (acked.IsValue)
        {
            _link.Notice(
                StreamNoticeKind.DeletedEntriesDropped,
                $"{_key}: {deleted.Count} pending entries no longer exist, from {deleted[0]}");
        }
    }

    private RedisCommand AckCommand(IReadOnlyList<StreamId> ids)
    {
        RedisArgument[] all = [_key, _group, .. Texts(ids)];
        return RedisCommand.Of("XACK", all);
    }

    private static IEnumerable<RedisArgument> Texts(IReadOnlyList<StreamId> ids) =>
        ids.Select(id => RedisArgument.FromString(id.ToString()));
}
