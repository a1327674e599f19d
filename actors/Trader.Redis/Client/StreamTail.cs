namespace Trader.Redis;

/// <summary>
/// Follows a stream without a group, on a connection of its own: every entry after a position once, in order, whatever
/// happens to the connection. When the stream is deleted or flushed its ids may start over, so a reader that waited for
/// greater ones would be deaf; it is noticed within a blocking time, and the new stream is read from its beginning.
/// </summary>
public sealed class StreamTail : IAsyncDisposable
{
    private readonly StreamLink _link;
    private readonly StreamOptions _options;
    private readonly string _key;
    private StreamId? _position;
    private bool _checkDue = true;

    private StreamTail(StreamLink link, StreamOptions options, string key, StreamId? position)
    {
        _link = link;
        _options = options;
        _key = key;
        _position = position;
        _link.Start(() => _checkDue = true, Step);
    }

    /// <summary>Ends with the tail; faults only when the sink threw.</summary>
    public Task Completion => _link.Completion;

    /// <summary>Reads every entry after <paramref name="position"/>; <see cref="StreamId.Zero"/> for the whole
    /// stream.</summary>
    public static StreamTail StartAfter(
        StreamId position, string key, RedisTarget target, StreamOptions options, StreamSink sink) =>
        new(new StreamLink(target, options, sink, key), options, key, position);

    /// <summary>Reads what is added after the first successful connect, and then misses nothing over a
    /// reconnect.</summary>
    public static StreamTail StartAtEnd(string key, RedisTarget target, StreamOptions options, StreamSink sink) =>
        new(new StreamLink(target, options, sink, key), options, key, null);

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private Task Step(RedisConnection connection, CancellationToken stop) =>
        _checkDue || _position is null ? Check(connection, stop) : Read(connection, _position.Value, stop);

    /// <summary>Learns where the stream ends. XINFO and not the last entry: that one may have been deleted from a
    /// stream that goes on, and reading it again from the beginning would repeat entries.</summary>
    private async Task Check(RedisConnection connection, CancellationToken stop)
    {
        RedisResult info = await _link.Ask(connection, RedisCommand.Of("XINFO", "STREAM", _key)).ConfigureAwait(false);
        StreamId end = StreamId.Zero;
        if (info.IsValue)
        {
            if (!info.Value.TryMember("last-generated-id"u8, out RespValue last)
                || !StreamId.TryParse(last.Bytes.Span, out end))
            {
                StreamLink.EndMalformed(connection, "XINFO");
                return;
            }
        }
        else if (!info.ErrorText.Contains("no such key", StringComparison.OrdinalIgnoreCase))
        {
            await _link.Pause("XINFO", info, stop).ConfigureAwait(false);
            return;
        }

        _checkDue = false;
        if (_position is { } position && end < position)
        {
            _link.Notice(
                StreamNoticeKind.StreamRestarted,
                $"{_key}: ends at {end}, was read up to {position}; read again from 0");
            _position = StreamId.Zero;
        }

        _position ??= end;
    }

    private async Task Read(RedisConnection connection, StreamId position, CancellationToken stop)
    {
        RedisCommand read = RedisCommand.Of(
            "XREAD", "COUNT", _options.BatchSize, "BLOCK", _options.BlockMs, "STREAMS", _key, position.ToString());
        RedisResult result = await _link.Ask(connection, read).ConfigureAwait(false);
        if (!result.IsValue)
        {
            await _link.Pause("XREAD", result, stop).ConfigureAwait(false);
            return;
        }

        if (!StreamReplies.TryFindList(result.Value, out RespValue list)
            || !StreamReplies.TryReadEntries(list, _options.MaxEntryBytes, _ => false, out var entries, out _))
        {
            StreamLink.EndMalformed(connection, "XREAD");
            return;
        }

        _checkDue = entries.Count == 0;
        await _link.Deliver(entries, stop).ConfigureAwait(false);
        _position = entries.Count == 0 ? position : entries[^1].Id;
    }
}
