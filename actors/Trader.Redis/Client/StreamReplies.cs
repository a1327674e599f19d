namespace Trader.Redis;

/// <summary>Reads the shapes that stream commands answer with, the same for RESP2 and RESP3.</summary>
public static class StreamReplies
{
    /// <summary>
    /// Reads a list of entries, as XRANGE and XREVRANGE answer: <c>[[id, [field, value, …]], …]</c>. Entries whose
    /// fields are null were deleted while pending; their ids go to <paramref name="deleted"/>.
    /// </summary>
    /// <param name="list">The reply, or the part of it that is the list; null reads as empty.</param>
    /// <param name="maxEntryBytes">Limit on one entry's fields and values together.</param>
    /// <param name="redelivered">What to mark the entries as.</param>
    /// <param name="entries">The entries in the order of the reply.</param>
    /// <param name="deleted">Ids without an entry.</param>
    /// <returns>False when the shape is another; then both lists are of no use.</returns>
    public static bool TryReadEntries(
        RespValue list,
        int maxEntryBytes,
        Func<StreamId, bool> redelivered,
        out List<StreamEntry> entries,
        out List<StreamId> deleted)
    {
        ArgumentNullException.ThrowIfNull(redelivered);
        entries = new List<StreamEntry>(list.Items.Length);
        deleted = [];
        if (list.Kind is not (RespKind.Array or RespKind.Null))
        {
            return false;
        }

        foreach (RespValue item in list.Items)
        {
            // Redis 6.2 answers XAUTOCLAIM with a bare null for an entry that was deleted.
            if (item.IsNull)
            {
                continue;
            }

            ReadOnlySpan<RespValue> pair = item.Items;
            if (item.Kind != RespKind.Array || pair.Length != 2
                || !StreamId.TryParse(pair[0].Bytes.Span, out StreamId id))
            {
                return false;
            }

            if (pair[1].IsNull)
            {
                deleted.Add(id);
            }
            else if (TryReadFields(pair[1], maxEntryBytes, out var fields, out bool oversized))
            {
                entries.Add(new StreamEntry(id, fields, redelivered(id), oversized));
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The list of entries in an answer of XREAD or XREADGROUP for one stream: null after the blocking time
    /// ran out, else <c>[[key, list]]</c> in RESP2 and a map in RESP3.</summary>
    internal static bool TryFindList(RespValue reply, out RespValue list)
    {
        list = default;
        if (reply.IsNull)
        {
            return true;
        }

        ReadOnlySpan<RespValue> stream = reply.Items;
        if (reply.Kind == RespKind.Array && stream.Length == 1)
        {
            stream = stream[0].Items;
        }

        if (stream.Length != 2)
        {
            return false;
        }

        list = stream[1];
        return true;
    }

    private static bool TryReadFields(
        RespValue value, int maxBytes, out IReadOnlyList<KeyValuePair<string, string>> fields, out bool oversized)
    {
        ReadOnlySpan<RespValue> items = value.Items;
        long bytes = 0;
        foreach (RespValue item in items)
        {
            bytes += item.Bytes.Length;
        }

        oversized = bytes > maxBytes;
        fields = [];
        if (oversized)
        {
            return true;
        }

        List<KeyValuePair<string, string>> pairs = new(items.Length / 2);
        for (int i = 0; i + 1 < items.Length; i += 2)
        {
            if (!items[i].TryText(out string name) || !items[i + 1].TryText(out string text))
            {
                return false;
            }

            pairs.Add(new KeyValuePair<string, string>(name, text));
        }

        fields = pairs;
        return value.Kind == RespKind.Array && items.Length % 2 == 0;
    }
}
