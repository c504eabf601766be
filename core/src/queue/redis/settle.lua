-- ARGV channel, then id, claim, verdict (done, back, free, dead), its argument (delay ms, or the reason)
local back = 0
for i = 2, #ARGV, 4 do
  local id, verdict, arg = ARGV[i], ARGV[i + 2], ARGV[i + 3]
  if call('HGET', claims, id) == ARGV[i + 1] then -- else somebody else has claimed it since
    local held = call('ZREM', leases, id) == 1
    if verdict == 'done' and held then
      call('HDEL', body, id)
      call('HDEL', claims, id)
      call('HDEL', free, id)
    elseif verdict == 'dead' and held then
      bury(id, arg)
    elseif held then
      back = back + 1
      if verdict == 'free' then call('HINCRBY', free, id, 1) end
      call('ZADD', due, now + tonumber(arg), id)
    end
  end
end
if back > 0 then call('PUBLISH', ARGV[1], back) end
return back
