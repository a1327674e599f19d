namespace Trader.Redis;

/// <summary>Commands on streams whose exact form matters.</summary>
public static class StreamCommands
{
    /// <summary>
    /// XADD with an id of the server's, keeping about <paramref name="maxLength"/> entries. The length is approximate
    /// (<c>~</c>): the server then trims whole nodes and an append stays cheap; it may keep some more, never fewer.
    /// </summary>
    /// <param name="key">The stream.</param>
    /// <param name="maxLength">1 or more.</param>
    /// <param name="fields">At least one pair, written in this order.</param>
    public static RedisCommand Add(string key, int maxLength, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentOutOfRangeException.ThrowIfZero(fields.Count);
        RedisArgument[] arguments = new RedisArgument[5 + (fields.Count * 2)];
        arguments[0] = key;
        arguments[1] = "MAXLEN";
        arguments[2] = "~";
        arguments[3] = maxLength;
        arguments[4] = "*";
        for (int i = 0; i < fields.Count; i++)
        {
            arguments[5 + (i * 2)] = fields[i].Key;
            arguments[6 + (i * 2)] = fields[i].Value;
        }

        return RedisCommand.Of("XADD", arguments);
    }

    /// <summary>The latest <paramref name="count"/> entries, newest first; read the answer with
    /// <see cref="StreamReplies.TryReadEntries"/>.</summary>
    public static RedisCommand Latest(string key, int count) =>
        RedisCommand.Of("XREVRANGE", key, "+", "-", "COUNT", count);
}
