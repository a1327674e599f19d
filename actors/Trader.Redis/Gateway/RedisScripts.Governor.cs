namespace Trader.Redis.Gateway;

/// <summary>The governor's steps.</summary>
internal static partial class RedisScripts
{
    /// <summary>
    /// KEYS anything; ARGV one word per key: <c>get</c>, <c>halted</c> (the halt hash's field), <c>list</c>, <c>reserved</c>,
    /// or the comma-separated fields of a hash. Answers the server's Unix ms, then one reply per key; a key of the wrong type answers with
    /// its error and spoils nothing else.
    /// </summary>
    public static readonly RedisScript GovernorFacts = new("""
        local t = redis.call('TIME')
        local now = string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000))
        local out = {now}
        for i, key in ipairs(KEYS) do
          local word = ARGV[i]
          local answer
          if word == 'get' then
            answer = redis.pcall('GET', key)
          elseif word == 'halted' then
            answer = redis.call('EXISTS', key) == 1 and (redis.pcall('HGET', key, 'halted') or '')
          elseif word == 'list' then
            answer = redis.pcall('LRANGE', key, 0, 99)
          elseif word == 'reserved' then
            answer = redis.pcall('ZRANGEBYSCORE', key, now, '+inf')
          else
            local fields = {}
            for field in string.gmatch(word, '[^,]+') do fields[#fields + 1] = field end
            answer = redis.pcall('HMGET', key, unpack(fields))
          end
          out[i + 1] = answer
        end
        return out
        """);

    /// <summary>
    /// KEYS plan stream, ESS state, ESS marker, entries gate, halt hash, kill, disarm, version, reserved, then per plan its keys. ARGV group,
    /// Unix ms, seconds of a permit, seven proofs (ESS state, ESS marker, gate, halt, kill, disarm, version), then per plan its arguments:
    /// <c>a</c> id; <c>b</c> id, seconds, JSON (key: block); <c>p</c> id, JSON, opens, head, now, notional, quantity, seconds of the exit
    /// lock, plan id, JSON if locked, seconds of that, member, until (keys: permit, block, executions, last execution, daily notional, daily
    /// quantity, exit lock). Answers one word per plan. What a permit consumes is taken before the permit is there, and the acknowledgement
    /// comes last: whatever fails in between, no permit exists that was not counted.
    /// </summary>
    public static readonly RedisScript SettlePlans = new("""
        local function bad(answer) return type(answer) == 'table' and answer.err end
        local function proof(answer)
          if not answer then return 'n' end
          if type(answer) == 'table' then return 'e' end
          return 'v' .. answer
        end
        local function value(key) return proof(redis.pcall('GET', key)) end
        local function halted(key)
          if redis.call('EXISTS', key) == 0 then return 'n' end
          return proof(redis.pcall('HGET', key, 'halted') or '')
        end
        local group, now, seconds = ARGV[1], ARGV[2], ARGV[3]
        local steady = value(KEYS[2]) == ARGV[4] and value(KEYS[3]) == ARGV[5] and value(KEYS[4]) == ARGV[6]
          and halted(KEYS[5]) == ARGV[7] and value(KEYS[7]) == ARGV[9] and value(KEYS[8]) == ARGV[10]
        local live = value(KEYS[6]) == ARGV[8]
        local heads, out = {}, {}
        local function ack(id) redis.pcall('XACK', KEYS[1], group, id) end
        local function count(k, a)
          local opens = ARGV[a + 3] == '1'
          local fault = bad(redis.pcall('LPUSH', KEYS[k + 2], ARGV[a + 5]))
          if not fault then
            redis.call('LTRIM', KEYS[k + 2], 0, 99)
            redis.call('EXPIRE', KEYS[k + 2], 86400)
          end
          fault = bad(redis.pcall('SETEX', KEYS[k + 3], 3600, ARGV[a + 5])) or fault
          for i = 6, 7 do
            if ARGV[a + i] ~= '' then
              fault = bad(redis.pcall('INCRBYFLOAT', KEYS[k + i - 2], ARGV[a + i])) or fault
              redis.pcall('EXPIRE', KEYS[k + i - 2], 86400)
            end
          end
          if opens then
            redis.pcall('ZREMRANGEBYSCORE', KEYS[9], '-inf', '(' .. now)
            fault = bad(redis.pcall('ZADD', KEYS[9], ARGV[a + 13], ARGV[a + 12])) or fault
            fault = bad(redis.pcall('INCR', KEYS[8])) or fault
          end
          return opens and fault
        end
        local function lock(k, a)
          if ARGV[a + 8] == '0' then return true end
          local taken = redis.pcall('SET', KEYS[k + 6], ARGV[a + 9], 'NX', 'EX', ARGV[a + 8])
          return (type(taken) == 'table' and taken.ok) or redis.pcall('GET', KEYS[k + 6]) == ARGV[a + 9]
        end
        local function permit(k, a)
          local id = ARGV[a + 1]
          if heads[KEYS[k + 2]] == nil then heads[KEYS[k + 2]] = proof(redis.pcall('LINDEX', KEYS[k + 2], 0)) end
          local known = redis.pcall('GET', KEYS[k])
          if known then
            ack(id)
            return known == ARGV[a + 2] and 'done' or 'duplicate'
          end
          if not live or (ARGV[a + 3] == '1' and not (steady and heads[KEYS[k + 2]] == ARGV[a + 4])) then return 'changed' end
          if not lock(k, a) then
            redis.pcall('SETEX', KEYS[k + 1], ARGV[a + 11], ARGV[a + 10])
            ack(id)
            return 'locked'
          end
          if count(k, a) or bad(redis.pcall('SETEX', KEYS[k], seconds, ARGV[a + 2])) then return 'failed' end
          ack(id)
          return 'done'
        end
        local k, a = 10, 11
        while a <= #ARGV do
          if ARGV[a] == 'p' then
            out[#out + 1] = permit(k, a)
            k, a = k + 7, a + 14
          elseif ARGV[a] == 'b' then
            redis.pcall('SETEX', KEYS[k], ARGV[a + 2], ARGV[a + 3])
            ack(ARGV[a + 1])
            out[#out + 1] = 'done'
            k, a = k + 1, a + 4
          else
            ack(ARGV[a + 1])
            out[#out + 1] = 'done'
            a = a + 2
          end
        end
        return out
        """);

    /// <summary>KEYS marker, stream; ARGV value, seconds, about how many entries are kept, fields. Answers whether it was set now.</summary>
    public static readonly RedisScript SetOnceAndTell = new("""
        if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then return 0 end
        redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 4))
        return 1
        """);
}
