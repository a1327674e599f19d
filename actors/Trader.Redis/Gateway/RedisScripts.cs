namespace Trader.Redis.Gateway;

/// <summary>
/// The steps that must be one step in Redis. Lua does not roll back, so each script does what may be refused first and the mark that
/// makes it final last.
/// </summary>
internal static partial class RedisScripts
{
    /// <summary>KEYS stream, issued mark; ARGV seconds to remember, fields. Answers the entry's id, the first one if repeated.</summary>
    public static readonly RedisScript IssuePanic = new("""
        local known = redis.call('GET', KEYS[2])
        if known then return known end
        local id = redis.call('XADD', KEYS[1], '*', unpack(ARGV, 2))
        redis.call('SET', KEYS[2], id, 'EX', ARGV[1])
        return id
        """);

    /// <summary>
    /// KEYS reports; ARGV node, reason. Nodes that have been silent for a week are forgotten, so that names which change with every start
    /// do not pile up; the one that writes stays.
    /// </summary>
    public static readonly RedisScript ReportRole = new("""
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f:%s', now, ARGV[2]))
        if redis.call('HLEN', KEYS[1]) > 1 then
          local all = redis.call('HGETALL', KEYS[1])
          for i = 1, #all, 2 do
            local at = tonumber(string.match(all[i + 1], '^(%d+):') or '0')
            if now - at > 604800000 then redis.call('HDEL', KEYS[1], all[i]) end
          end
        end
        return 1
        """);

    /// <summary>
    /// KEYS processed hash; ARGV event, worker, idle ms. Answers verdict and holder. A value nobody understands is no claim, and another
    /// worker's refusal is none either: whoever found the trigger valid must not be stopped by one whose clock is wrong.
    /// </summary>
    public static readonly RedisScript Claim = new("""
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        local value = redis.call('HGET', KEYS[1], ARGV[1])
        if value then
          local state, holder, at = string.match(value, '^(%a+):(.*):(%d+)$')
          if state == 'completed' then return {'done', holder} end
          if state == 'claimed' and holder ~= ARGV[2] and now - tonumber(at) < tonumber(ARGV[3]) then
            return {'other', holder}
          end
        end
        redis.call('HSET', KEYS[1], ARGV[1], string.format('claimed:%s:%.0f', ARGV[2], now))
        return {'mine', ARGV[2]}
        """);

    /// <summary>
    /// KEYS halt hash, witness; ARGV event, halt fields. A halt that stands for this very event keeps its figures: the worker that ran it
    /// may have completed it before a second one, which gives way a moment later, asks for the halt (E42).
    /// </summary>
    public static readonly RedisScript SetHalt = new("""
        local stands = redis.call('HMGET', KEYS[1], 'event_id', 'halted')
        if stands[1] == ARGV[1] and stands[2] == 'true' then
          redis.call('SET', KEYS[2], ARGV[1])
          return 1
        end
        redis.call('HSET', KEYS[1], unpack(ARGV, 2))
        redis.call('SET', KEYS[2], ARGV[1])
        return 1
        """);

    /// <summary>KEYS halt hash, witness. Answers whether the witness stands, then the hash's fields and values.</summary>
    public static readonly RedisScript ReadHalt = new("""
        local answer = redis.call('HGETALL', KEYS[1])
        table.insert(answer, 1, redis.call('EXISTS', KEYS[2]))
        return answer
        """);

    /// <summary>KEYS processed hash, witness; ARGV event. Answers who completed it, or an empty text, and whether its halt was ever set.</summary>
    public static readonly RedisScript History = new("""
        local value = redis.call('HGET', KEYS[1], ARGV[1])
        local holder = value and string.match(value, '^completed:(.*):%d+$')
        return {holder or '', redis.call('EXISTS', KEYS[2])}
        """);

    /// <summary>
    /// KEYS processed hash, completed stream, halt hash, witness; ARGV event, worker, number of halt arguments, those, completion fields.
    /// Answers first (1 or 0) and the halt's trouble or an empty text: a halt hash of the wrong type must not hide the completion (X13).
    /// </summary>
    public static readonly RedisScript Complete = new("""
        local known = redis.call('HGET', KEYS[1], ARGV[1])
        if known and string.match(known, '^completed:') then return {0, ''} end
        local n = tonumber(ARGV[3])
        local halt = redis.pcall('HSET', KEYS[3], unpack(ARGV, 4, 3 + n))
        local trouble = ''
        if type(halt) == 'table' and halt.err then trouble = halt.err else redis.call('SET', KEYS[4], ARGV[1]) end
        redis.call('XADD', KEYS[2], '*', unpack(ARGV, 4 + n))
        local t = redis.call('TIME')
        redis.call('HSET', KEYS[1], ARGV[1], string.format('completed:%s:%.0f', ARGV[2], t[1] * 1000 + math.floor(t[2] / 1000)))
        return {1, trouble}
        """);

    /// <summary>
    /// KEYS processed hash, rejected stream; ARGV event, worker, limit of the hash, limit of the stream, fields. A flood of refusals must
    /// not fill Redis: beyond the limit an event is refused anew when it comes again.
    /// </summary>
    public static readonly RedisScript Refuse = new("""
        redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], '*', unpack(ARGV, 5))
        local t = redis.call('TIME')
        if redis.call('HLEN', KEYS[1]) < tonumber(ARGV[3]) then
          redis.call('HSETNX', KEYS[1], ARGV[1], string.format('refused:%s:%.0f', ARGV[2], t[1] * 1000 + math.floor(t[2] / 1000)))
        end
        return 1
        """);
}
