-- ARGV channel, ids -> how many were dead. Claim numbers go on, deliveries start again.
local found = 0
for i = 2, #ARGV do
  local id = ARGV[i]
  if call('ZREM', dead, id) == 1 then
    found = found + 1
    call('HDEL', reason, id)
    call('HSET', free, id, call('HGET', claims, id) or 0)
    call('ZADD', due, now, id)
  end
end
if found > 0 then call('PUBLISH', ARGV[1], found) end
return found
