namespace Trader.Redis.Gateway;

/// <summary>The intent desk's steps.</summary>
internal static partial class RedisScripts
{
    /// <summary>
    /// KEYS plans, the plan's mark, the attempt's bar. ARGV digest, seconds the mark is kept, length of the plans, then the fields with their
    /// values. Answers `added`, `there`, `other` or `withdrawn`, and the entry. The mark is written before the entry, so that a server that
    /// refuses the one has not taken the other: an error means that nothing was added. A mark without an entry is somebody's half work.
    /// </summary>
    public static readonly RedisScript PublishIntent = new(Mark + """
        local verdict = marked(KEYS[2], ARGV[1])
        if verdict then return verdict end
        if redis.call('EXISTS', KEYS[3]) == 1 then return {'withdrawn', ''} end
        redis.call('SET', KEYS[2], ARGV[1] .. '|', 'EX', ARGV[2])
        local id = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 4))
        if type(id) == 'table' then
          redis.call('DEL', KEYS[2])
          return id
        end
        redis.call('SET', KEYS[2], ARGV[1] .. '|' .. id, 'EX', ARGV[2])
        return {'added', id}
        """);

    /// <summary>KEYS the plan's mark, the attempt's bar. ARGV digest, seconds the bar is kept. Answers as PublishIntent, never `added`.</summary>
    public static readonly RedisScript WithdrawIntent = new(Mark + """
        local verdict = marked(KEYS[1], ARGV[1])
        if verdict then return verdict end
        redis.call('SET', KEYS[2], '1', 'EX', ARGV[2])
        return {'withdrawn', ''}
        """);

    /// <summary>What stands under a plan's mark, as an answer; nil where there is none.</summary>
    private const string Mark = """
        local function marked(key, digest)
          local got = redis.pcall('GET', key)
          if not got then return nil end
          if type(got) == 'table' then return {'other', ''} end
          local known, id = string.match(got, '^(%x+)|(%d+%-%d+)$')
          if known ~= digest then return {'other', ''} end
          return {'there', id}
        end

        """;
}
