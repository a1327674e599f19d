-- Consumes both permits of one plan, or none. KEYS: governor permit, P3.3 permit. No ARGV.
-- Both there:  {1, governor text, P3.3 text}, both deleted.
-- Otherwise:   {0, missing_both | missing_governor | missing_p33, seconds left of each (-2 absent, -1 no expiry)}, nothing deleted.
-- For black-box tests and for people:  redis-cli --raw --eval consume_permits.lua KEY1 KEY2
-- The order gate does more in one step (kill switch, content, record): actors/Trader.Redis/Gateway/RedisScripts.Gate.cs
local governor = redis.call('GET', KEYS[1])
local p33 = redis.call('GET', KEYS[2])
if not governor or not p33 then
  local reason = 'missing_p33'
  if not governor then reason = p33 and 'missing_governor' or 'missing_both' end
  return {0, reason, redis.call('TTL', KEYS[1]), redis.call('TTL', KEYS[2])}
end
redis.call('DEL', KEYS[1], KEYS[2])
return {1, governor, p33}
