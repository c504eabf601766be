-- ARGV batch, lease ms, most deliveries, number of this claim, number of the last claim answered
--   -> {wait ms or -1, {{id, body, claim, delivery}, ...}}
local batch, lease, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local asked, answered = tonumber(ARGV[4]), tonumber(ARGV[5])

-- Answers this worker never saw: hand their tasks back, uncounted.
local last = call('GET', answer)
if last then
  last = cjson.decode(last)
  -- a request overtaken by a later one: nobody waits for this answer any more
  if last[1] > asked then return {-1, {}} end
  if last[1] > answered then
    for i = 2, #last, 2 do
      local id = last[i]
      if call('HGET', claims, id) == last[i + 1] and call('ZREM', leases, id) == 1 then
        call('HINCRBY', free, id, 1)
        call('ZADD', due, now, id)
      end
    end
  end
end

local ids = call('ZRANGE', leases, '-inf', now, 'BYSCORE', 'LIMIT', 0, batch)
if #ids < batch then
  for _, id in ipairs(call('ZRANGE', due, '-inf', now, 'BYSCORE', 'LIMIT', 0, batch - #ids)) do
    call('ZREM', due, id)
    ids[#ids + 1] = id
  end
end

local tasks, seen = {}, {asked}
for _, id in ipairs(ids) do
  local json = call('HGET', body, id)
  local claim = json and call('HINCRBY', claims, id, 1)
  local delivery = json and claim - (call('HGET', free, id) or 0)
  if not json then
    call('ZREM', leases, id)
  elseif delivery > most then
    call('ZREM', leases, id)
    bury(id, 'no delivery left: the last one did not come to an end')
  else
    call('ZADD', leases, now + lease, id)
    tasks[#tasks + 1] = {id, json, claim, delivery}
    seen[#seen + 1], seen[#seen + 2] = id, tostring(claim)
  end
end

-- Kept until the next claim, while a lost answer would still matter. After a loss even an empty answer is kept,
-- so that the lost request, should it arrive late after all, is known to be overtaken.
if #tasks > 0 or asked > answered + 1 then
  call('SET', answer, cjson.encode(seen), 'PX', lease)
elseif last then
  call('DEL', answer)
end

local wait = -1
if #tasks == 0 then
  for _, key in ipairs({due, leases}) do
    local at = call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
    if at and (wait < 0 or at - now < wait) then wait = math.max(0, at - now) end
  end
end
return {wait, tasks}
