namespace Trader.Redis.Gateway;

/// <summary>The gate's steps. A switch, permit or record of the wrong type is an answer here and never an error of the script (X12).</summary>
internal static partial class RedisScripts
{
    /// <summary>
    /// KEYS kill switch, reports, mismatch, then per plan: record, taken, governor permit, P3.3 permit. ARGV node, orders in flight or an
    /// empty text, seconds a record is kept, then per plan its digest or an empty text. Answers the switch's kind and text, the mismatch, then
    /// per plan six values: standing (`same`, `other`), taken (1, 0), record, and for each permit its kind, text and time to live.
    /// </summary>
    public static readonly RedisScript LookAtGate = new(Off + Value + """
        local kind, text = value(KEYS[1])
        local on = is_on(kind, text)
        if ARGV[2] ~= '' then
          local t = redis.call('TIME')
          redis.pcall('HSET', KEYS[2], ARGV[1],
            string.format('%.0f:%s:%s', t[1] * 1000 + math.floor(t[2] / 1000), on and 'on' or 'off', ARGV[2]))
        end
        local _, mismatch = value(KEYS[3])
        local answer = {kind, text, mismatch}
        for i = 4, #KEYS, 4 do
          local digest = ARGV[3 + i / 4]
          if digest ~= '' then redis.pcall('SET', KEYS[i], digest, 'NX', 'EX', ARGV[3]) end
          local seen, record = value(KEYS[i])
          local standing = 'same'
          if seen == 'other' or (digest ~= '' and string.sub(record, 1, #digest) ~= digest) then standing = 'other' end
          answer[#answer + 1] = standing
          answer[#answer + 1] = redis.call('EXISTS', KEYS[i + 1])
          answer[#answer + 1] = record
          for p = i + 2, i + 3 do
            local permit, content = value(KEYS[p])
            answer[#answer + 1] = permit
            answer[#answer + 1] = content
            answer[#answer + 1] = redis.call('TTL', KEYS[p])
          end
        end
        return answer
        """);

    /// <summary>
    /// KEYS kill switch, trading state, entries, stop's state, stop's marker, record, taken, governor permit, P3.3 permit, the mark that the
    /// entry's result was published: what was answered once is not carried out after that, whoever still has it in hand. ARGV `open` or
    /// `reduce`, `permits` or `bypass`, both permits as judged, digest, record, seconds it is kept. Answers a verdict and a detail. The
    /// permits' content was judged by the caller, strictly; here it must still be byte for byte the same, so there is no moment between
    /// judged and consumed.
    /// </summary>
    public static readonly RedisScript TakePlan = new(Off + Value + Closed + """
        local kind, text = value(KEYS[1])
        if is_on(kind, text) then return {'kill_switch', text} end
        if ARGV[1] ~= 'reduce' then
          local why = closed(KEYS[2], KEYS[3], KEYS[4], KEYS[5])
          if why then return why end
        end
        if redis.call('EXISTS', KEYS[7], KEYS[10]) > 0 then return {'duplicate', ''} end
        local seen, record = value(KEYS[6])
        if seen == 'other' or (seen == 'string' and record ~= ARGV[5]) then return {'other_content', ''} end
        if ARGV[2] ~= 'bypass' then
          for p = 8, 9 do
            local permit, content = value(KEYS[p])
            if permit ~= 'string' or content ~= ARGV[p - 5] then return {'permit_changed', permit} end
          end
          redis.call('DEL', KEYS[8], KEYS[9])
        end
        local t = redis.call('TIME')
        redis.call('SET', KEYS[7], t[1], 'EX', ARGV[7])
        redis.call('SET', KEYS[6], ARGV[6], 'EX', ARGV[7])
        return {'taken', ''}
        """);

    /// <summary>
    /// KEYS kill switch, trading state, entries, stop's state, stop's marker. Answers the switch's kind and text, then a verdict (`clear`, or
    /// TakePlan's for opens) and a detail.
    /// </summary>
    public static readonly RedisScript ConfirmEntry = new(Value + Closed + """
        local kind, text = value(KEYS[1])
        local why = closed(KEYS[2], KEYS[3], KEYS[4], KEYS[5]) or {'clear', ''}
        return {kind, text, why[1], why[2]}
        """);

    /// <summary>
    /// KEYS results, plans, then per result the mark that it was published, the mark of the entry's final one, after which nothing else is
    /// said of the entry, and the plan's record. ARGV group, length of the results, seconds a mark is kept, then per result: the plan's entry
    /// or an empty text, `taken` when it speaks of the plan's taking, and the eight fields with their values. A gate that ended an entry
    /// without having taken it has nothing to say once another one took it: that one's order is out, or its heir looks for it. The mark
    /// follows the result: a script that fails keeps what it did, and a mark without its result would have the next try acknowledge a plan
    /// whose result nobody has.
    /// </summary>
    public static readonly RedisScript PublishResults = new(Value + """
        local at = 4
        for i = 3, #KEYS, 3 do
          local entry = ARGV[at]
          local _, record = value(KEYS[i + 2])
          if entry == '' or ARGV[at + 1] == 'taken' or not string.find(record, '|' .. entry .. '|', 1, true) then
            if redis.call('EXISTS', KEYS[i], KEYS[i + 1]) == 0 then
              redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, at + 2, at + 17))
              redis.call('SET', KEYS[i], '1', 'EX', ARGV[3])
            end
            if entry ~= '' then redis.call('XACK', KEYS[2], ARGV[1], entry) end
          end
          at = at + 18
        end
        return 1
        """);

    /// <summary>A string's kind (`absent`, `string`, `other`) and text.</summary>
    private const string Value = """
        local function value(key)
          local got = redis.pcall('GET', key)
          if type(got) == 'table' then return 'other', '' end
          if not got then return 'absent', '' end
          return 'string', got
        end

        """;

    /// <summary>
    /// What stops opens, besides the kill switch, as verdict and detail; nil for nothing. The halt by the same rule as PanicWire.IsHalted,
    /// which a test holds against it value by value: only no key, or a person's clearing word, is not halted.
    /// </summary>
    private const string Closed = """
        local cleared = {['false'] = true, ['0'] = true, ['no'] = true, ['off'] = true}
        local function halted_by(key)
          local got = redis.pcall('HGET', key, 'halted')
          if type(got) == 'table' then return got.err or 'unreadable' end
          if not got then return redis.call('EXISTS', key) == 1 and 'no field' or nil end
          if cleared[string.lower(string.match(got, '^%s*(.-)%s*$'))] then return nil end
          return got
        end
        local function closed(state, gate, stop, marker)
          local halted = halted_by(state)
          if halted then return {'halted', halted} end
          local _, entries = value(gate)
          if entries ~= 'open' then return {'entries_closed', entries} end
          local _, stopped = value(stop)
          if stopped ~= 'clear' then return {'emergency_stop', stopped} end
          if redis.call('EXISTS', marker) == 1 then return {'emergency_stop', 'marker'} end
          return nil
        end

        """;

    /// <summary>The same rule as KillSwitchSeen.IsOn, which a test holds against it value by value.</summary>
    private const string Off = """
        local off = {[''] = true, ['false'] = true, ['0'] = true, ['no'] = true, ['off'] = true}
        local function is_on(kind, text)
          if kind == 'absent' then return false end
          return kind == 'other' or not off[string.lower(string.match(text, '^%s*(.-)%s*$'))]
        end

        """;
}
