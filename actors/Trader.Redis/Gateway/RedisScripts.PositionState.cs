namespace Trader.Redis.Gateway;

/// <summary>
/// Steps of the position state brain. No amount is ever added up here: Lua's numbers are binary floating point (S13). Amounts come as text,
/// and a change names the text it was made from.
/// </summary>
internal static partial class RedisScripts
{
    /// <summary>
    /// KEYS five per symbol: ledger, its copy, hold, last execution, reconcile state. Answers Redis' clock in ms, then one row per symbol. A
    /// key of the wrong type costs its own symbol only (S7).
    /// </summary>
    public static readonly RedisScript ReadLedgers = new("""
        local t = redis.call('TIME')
        local out = { string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)) }
        for i = 1, #KEYS, 5 do
          local trouble = ''
          local function take(...)
            local r = redis.pcall(...)
            if type(r) == 'table' and r.err then trouble = r.err; return nil end
            return r
          end
          local own = take('HMGET', KEYS[i], 'ledger_amount', 'outcome_unknown') or { false, false }
          local copy = take('HMGET', KEYS[i + 1], 'last_known_amt', 'ledger_amt', 'updated_at') or { false, false, false }
          local held = redis.call('EXISTS', KEYS[i + 2])
          local last = take('GET', KEYS[i + 3]) or false
          local drift = take('HGET', KEYS[i + 4], 'drift_since') or false
          out[#out + 1] = { trouble, own[1], own[2], copy[1] or copy[2], copy[3], held, last, drift }
        end
        return out
        """);

    /// <summary>
    /// KEYS permit, plan stream, ledger, its copy, reconcile events, last execution; ARGV permit, its seconds (0: none is written), group, entry, whether the
    /// ledger is checked (1 or 0), its expected text, what it begins with (empty: nothing), symbol, limit of the events, seconds now, ms at
    /// which the exchange was asked about it. Answers 1 when the ledger was another one, or would begin with what was shown before the last
    /// execution, and nothing was done.
    /// </summary>
    public static readonly RedisScript IssuePermit = new(Outdated + """
        if ARGV[5] == '1' then
          local stands = redis.call('HGET', KEYS[3], 'ledger_amount')
          if (stands or '') ~= ARGV[6] then return 1 end
          if not stands and ARGV[7] ~= '' then
            if outdated(KEYS[6], ARGV[11]) then return 1 end
            redis.call('HSET', KEYS[3], 'ledger_amount', ARGV[7], 'ledger_since', ARGV[11])
            redis.pcall('HSET', KEYS[4], 'last_known_amt', ARGV[7], 'ledger_amt', ARGV[7], 'ts_epoch', ARGV[10],
              'source', 'position_state_brain')
            redis.pcall('XADD', KEYS[5], 'MAXLEN', '~', ARGV[9], '*', 'event', 'LEDGER_INIT', 'symbol', ARGV[8],
              'reason', 'plan_without_ledger', 'ledger_amt', ARGV[7], 'ts', ARGV[10])
          end
        end
        if ARGV[2] ~= '0' then redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) end
        redis.call('XACK', KEYS[2], ARGV[3], ARGV[4])
        return 0
        """);

    /// <summary>
    /// KEYS ledger, its copy, mark, last execution, result stream; ARGV expected text, text after (empty: there is no ledger to enter it
    /// in), entry's ms, longest age in ms, seconds a mark is remembered, group, entry, whether it is the last (1 or 0), then fields and values
    /// of the copy. Answers verdict and the ledger's text. Ledger and mark come first and next to each other; what other readers want may
    /// fail without undoing that it was entered. An execution from before the ledger began is in it already. The time of an execution is kept
    /// also where there is no ledger: none may begin with a snapshot from before it.
    /// </summary>
    public static readonly RedisScript EnterFill = new("""
        local own = redis.call('HMGET', KEYS[1], 'ledger_amount', 'ledger_since')
        local stands, since = own[1], tonumber(own[2] or '0') or 0
        local verdict = 'applied'
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        if redis.call('EXISTS', KEYS[3]) == 1 then verdict = 'known'
        elseif now - tonumber(ARGV[3]) > tonumber(ARGV[4]) then verdict = 'old'
        elseif tonumber(ARGV[3]) < since then verdict = 'none'
        elseif (stands or '') ~= ARGV[1] then return { 'changed', stands or '' }
        elseif ARGV[2] == '' then verdict = 'none' end
        if verdict == 'applied' then
          redis.call('HSET', KEYS[1], 'ledger_amount', ARGV[2])
          stands = ARGV[2]
        end
        if verdict == 'applied' or verdict == 'none' then redis.call('SET', KEYS[3], ARGV[7], 'EX', ARGV[5]) end
        if verdict == 'applied' then redis.pcall('HSET', KEYS[2], unpack(ARGV, 9)) end
        if verdict == 'applied' or verdict == 'none' then
          local last = redis.pcall('GET', KEYS[4])
          if type(last) ~= 'string' or (tonumber(last) or 0) < tonumber(ARGV[3]) then
            redis.call('SET', KEYS[4], ARGV[3], 'EX', 3600)
          end
        end
        if ARGV[8] == '1' then redis.call('XACK', KEYS[5], ARGV[6], ARGV[7]) end
        return { verdict, stands or '' }
        """);

    /// <summary>
    /// KEYS ledger, mark, result stream, reconcile events; ARGV plan, symbol, reason, entry's ms, longest age in ms, seconds a mark is
    /// remembered, group, entry, limit of the events.
    /// </summary>
    public static readonly RedisScript MarkOutcomeUnknown = new("""
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        if redis.call('EXISTS', KEYS[2]) == 0 and now - tonumber(ARGV[4]) <= tonumber(ARGV[5]) then
          redis.call('HSET', KEYS[1], 'outcome_unknown', string.format('%s@%.0f', ARGV[1], now))
          redis.call('SET', KEYS[2], ARGV[8], 'EX', ARGV[6])
          redis.pcall('XADD', KEYS[4], 'MAXLEN', '~', ARGV[9], '*', 'event', 'HOLD_SET', 'symbol', ARGV[2],
            'reason', 'outcome_unknown', 'plan_id', ARGV[1], 'details', ARGV[3], 'ts', t[1])
        end
        redis.call('XACK', KEYS[3], ARGV[7], ARGV[8])
        return 1
        """);

    /// <summary>KEYS ledger, its copy, reconcile events, last execution; ARGV expected text, text after, seconds now, limit of the events, ms
    /// at which the exchange was asked, fields of the event. Answers whether it was changed; what the exchange showed before the last execution
    /// changes nothing.</summary>
    public static readonly RedisScript SetLedger = new(Outdated + """
        if (redis.call('HGET', KEYS[1], 'ledger_amount') or '') ~= ARGV[1] or outdated(KEYS[4], ARGV[5]) then return 0 end
        redis.call('HSET', KEYS[1], 'ledger_amount', ARGV[2], 'ledger_since', ARGV[5])
        redis.pcall('HSET', KEYS[2], 'last_known_amt', ARGV[2], 'ledger_amt', ARGV[2], 'ts_epoch', ARGV[3],
          'source', 'position_state_brain')
        redis.pcall('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], '*', unpack(ARGV, 6))
        return 1
        """);

    /// <summary>KEYS ledger, reconcile events; ARGV mark, limit of the events, fields of the event.</summary>
    public static readonly RedisScript ClearOutcomeUnknown = new("""
        if redis.call('HGET', KEYS[1], 'outcome_unknown') ~= ARGV[1] then return 0 end
        redis.call('HDEL', KEYS[1], 'outcome_unknown')
        redis.pcall('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, 3))
        return 1
        """);

    /// <summary>
    /// KEYS snapshot, state, ledger, its copy, reconcile state; ARGV seconds the first two live, the amount, numbers of arguments of snapshot
    /// and state, whether drift stands (1 or 0), then the arguments of snapshot, state and reconcile state. What an operator wrote into the
    /// ledger goes into the copy; never the other way.
    /// </summary>
    public static readonly RedisScript PublishPosition = new("""
        local a, b, trouble = tonumber(ARGV[3]), tonumber(ARGV[4]), nil
        local function try(...)
          local r = redis.pcall(...)
          if type(r) == 'table' and r.err then trouble = r; return nil end
          return r
        end
        try('HSET', KEYS[3], 'exchange_amt', ARGV[2])
        try('HSET', KEYS[1], unpack(ARGV, 6, 5 + a))
        try('EXPIRE', KEYS[1], ARGV[1])
        try('HSET', KEYS[2], unpack(ARGV, 6 + a, 5 + a + b))
        try('EXPIRE', KEYS[2], ARGV[1])
        local stands = try('HGET', KEYS[3], 'ledger_amount')
        if stands and try('HGET', KEYS[4], 'last_known_amt') ~= stands then
          try('HSET', KEYS[4], 'last_known_amt', stands, 'ledger_amt', stands, 'source', 'operator')
        end
        try('HSET', KEYS[5], unpack(ARGV, 6 + a + b))
        if ARGV[5] == '0' then try('HDEL', KEYS[5], 'drift_since') end
        return trouble or 1
        """);

    /// <summary>Whether a symbol's last execution came after the exchange was asked: what it showed then lacks the execution.</summary>
    private const string Outdated = """
        local function outdated(key, asked)
          local last = redis.pcall('GET', key)
          return type(last) == 'string' and (tonumber(last) or 0) >= tonumber(asked)
        end

        """;
}
