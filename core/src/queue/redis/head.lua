-- Put before every other script. All times are ms by the Redis clock.
--   due     zset   id -> when it may run            leases zset id -> when its lease ends
--   body    hash   id -> JSON                       claims hash id -> number of claims so far (the fence)
--   free    hash   id -> claims that do not count   dead   zset id -> when it was buried
--   reason  hash   id -> why it was buried          answer string [claim, id, its claim number, ...]
-- A task is in exactly one of due, leases and dead.
local due, leases, body, claims = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local free, dead, reason, answer = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local call, time = redis.call, redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function bury(id, why)
  call('ZADD', dead, now, id)
  call('HSET', reason, id, why)
end

local function letter(id, at)
  return {id, call('HGET', body, id) or '', call('HGET', reason, id) or '', tonumber(at), now - at}
end
