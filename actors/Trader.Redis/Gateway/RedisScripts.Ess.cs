namespace Trader.Redis.Gateway;

internal static partial class RedisScripts
{
    /// <summary>
    /// KEYS state, marker, witness; ARGV wish, state text, expiry ms, stamp, marker expiry s, marker to release (* for one
    /// without text), channel, event, clear word.
    /// Answers the marker before (0 for none, an empty text for a key that is no string), its expiry, whether the witness stood, and whether
    /// the marker stands now. A marker that stands wins over a wish for clear: who set it wants a stop.
    /// </summary>
    public static readonly RedisScript SyncEss = new("""
        local wish = ARGV[1]
        local before = 0
        local expiry = -2
        local stands = redis.call('EXISTS', KEYS[2])
        if stands == 1 then
          local value = redis.pcall('GET', KEYS[2])
          if type(value) == 'string' then before = value else before = '' end
          expiry = redis.call('PTTL', KEYS[2])
        end
        local witnessed = redis.call('EXISTS', KEYS[3])
        local state = ARGV[2]
        if wish == 'Clear' then
          if stands == 1 and ((ARGV[6] == '*' and before == '') or (ARGV[6] ~= '' and before == ARGV[6])) then
            redis.call('DEL', KEYS[2])
            stands = 0
          end
          if stands == 0 then state = ARGV[9] end
        elseif wish == 'Own' then
          if stands == 1 then
            redis.call('EXPIRE', KEYS[2], ARGV[5])
          else
            redis.call('SET', KEYS[2], ARGV[4], 'EX', ARGV[5])
            stands = 1
          end
          redis.call('SET', KEYS[3], ARGV[4])
        elseif wish == 'Follow' and stands == 1 then
          redis.call('PERSIST', KEYS[2])
          redis.call('SET', KEYS[3], ARGV[4])
        end
        redis.call('SET', KEYS[1], state, 'PX', ARGV[3])
        if ARGV[8] ~= '' then redis.call('PUBLISH', ARGV[7], ARGV[8]) end
        return {before, expiry, witnessed, stands}
        """);

    /// <summary>KEYS stream; ARGV id to go on after or an empty text, window ms, most. Answers Redis' time in ms and the entries.</summary>
    public static readonly RedisScript ReadResults = new("""
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        local from = '(' .. ARGV[1]
        if ARGV[1] == '' then from = string.format('%.0f', math.max(0, now - tonumber(ARGV[2]))) end
        return {string.format('%.0f', now), redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[3])}
        """);
}
