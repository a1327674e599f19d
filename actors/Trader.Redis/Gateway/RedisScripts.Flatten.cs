namespace Trader.Redis.Gateway;

/// <summary>The flattener's steps.</summary>
internal static partial class RedisScripts
{
    /// <summary>
    /// KEYS arm, note. Answers what stood there and, when it was taken, who armed. Two governors that ask at the same time get one
    /// <c>taken</c> between them (D-F4).
    /// </summary>
    public static readonly RedisScript TakeFlattenArm = new("""
        local value = redis.pcall('GET', KEYS[1])
        if not value then return {'absent', '', '', '', ''} end
        if type(value) == 'table' then return {'type', redis.call('TYPE', KEYS[1]).ok, '', '', ''} end
        if value ~= '1' then return {'other', string.sub(value, 1, 64), '', '', ''} end
        local note = redis.pcall('HMGET', KEYS[2], 'by', 'why', 'request')
        redis.call('DEL', KEYS[1], KEYS[2])
        if note.err then note = {} end
        return {'taken', '', note[1] or '', note[2] or '', note[3] or ''}
        """);

    /// <summary>
    /// KEYS last time; ARGV cooldown in ms, seconds to live. The time is Redis' own, whole seconds are written, and fractions are
    /// understood, because the earlier system wrote them. What is no time, or lies ahead, is not overwritten: it expires, or a person
    /// removes it (F10).
    /// </summary>
    public static readonly RedisScript ClaimFlattenCooldown = new("""
        local t = redis.call('TIME')
        local last = redis.pcall('GET', KEYS[1])
        if type(last) == 'table' then return {'unreadable', redis.call('TYPE', KEYS[1]).ok, 0} end
        if last then
          local at = #last <= 24 and string.match(last, '^%d+%.?%d*$') and tonumber(last)
          if not at then return {'unreadable', string.sub(last, 1, 64), 0} end
          local age = math.floor((t[1] - at) * 1000 + t[2] / 1000)
          if age < 0 then return {'future', last, age} end
          if age < tonumber(ARGV[1]) then return {'active', last, age} end
        end
        redis.call('SET', KEYS[1], t[1], 'EX', ARGV[2])
        return {'claimed', last or '', 0}
        """);
}
