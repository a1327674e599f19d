namespace Trader.Redis.Persistence;

/// <summary>
/// What must be one step. Lua does not roll back, so what may be refused comes first and the mark that makes it final last. Numbers of
/// events stay below 2^53, where a Lua number is still exact.
/// </summary>
internal static class PersistenceScripts
{
    /// <summary>
    /// KEYS events, highest; ARGV first number, events. Answers whether they were stored (1 or 0) and the highest number. Only the event after the
    /// highest one is taken: of two writers that both recovered the same events, the second one's first event finds its place taken.
    /// </summary>
    public static readonly RedisScript Append = new("""
        local highest = tonumber(redis.call('GET', KEYS[2]) or '0')
        if not highest then return redis.error_reply('CORRUPT the highest number is none') end
        local first = tonumber(ARGV[1])
        if first ~= highest + 1 then return {0, string.format('%.0f', highest)} end
        for i = 2, #ARGV do
          redis.call('ZADD', KEYS[1], string.format('%.0f', first + i - 2), ARGV[i])
        end
        local last = string.format('%.0f', first + #ARGV - 2)
        redis.call('SET', KEYS[2], last)
        return {1, last}
        """);

    /// <summary>KEYS events, highest, deleted-to. Answers the highest number, the number of the last event there is, and the deleted-to one.</summary>
    public static readonly RedisScript Bounds = new("""
        local tail = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
        return {
          redis.call('GET', KEYS[2]) or '0',
          tail[2] and string.format('%.0f', tonumber(tail[2])) or '0',
          redis.call('GET', KEYS[3]) or '0',
        }
        """);

    /// <summary>KEYS events, highest, deleted-to; ARGV up to. The mark goes first: an event that is missing without it counts as lost.</summary>
    public static readonly RedisScript Delete = new("""
        local highest = tonumber(redis.call('GET', KEYS[2]) or '0')
        local to = math.min(tonumber(ARGV[1]), highest)
        if to > tonumber(redis.call('GET', KEYS[3]) or '0') then
          redis.call('SET', KEYS[3], string.format('%.0f', to))
        end
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', to))
        return 1
        """);

    /// <summary>KEYS snapshots; ARGV number, snapshot. Takes the place of one of the same number.</summary>
    public static readonly RedisScript SaveSnapshot = new("""
        redis.call('ZREMRANGEBYSCORE', KEYS[1], ARGV[1], ARGV[1])
        redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
        return 1
        """);
}
