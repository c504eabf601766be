-- ARGV channel, then id, body, due ('+ms' from now, or 'ms' since the epoch) -> how many were new
local added = 0
for i = 2, #ARGV, 3 do
  local id, at = ARGV[i], ARGV[i + 2]
  if call('HSETNX', body, id, ARGV[i + 1]) == 1 then
    added = added + 1
    local ms = tonumber(at)
    if at:sub(1, 1) == '+' then ms = now + ms end
    -- a past time would only make the age of the queue look older than the task
    call('ZADD', due, math.max(ms, now), id)
  end
end
if added > 0 then call('PUBLISH', ARGV[1], added) end
return added
