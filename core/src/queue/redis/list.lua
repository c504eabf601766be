-- ARGV ready, delayed or leased; skip; most -> {{id, body, ms until it is due (or its lease ends), deliveries}, ...}
local which, skip, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local tasks = {}

local function take(key, from, to)
  local rows = call('ZRANGE', key, from, to, 'BYSCORE', 'LIMIT', skip, most - #tasks, 'WITHSCORES')
  for i = 1, #rows, 2 do
    local id = rows[i]
    local deliveries = (call('HGET', claims, id) or 0) - (call('HGET', free, id) or 0)
    tasks[#tasks + 1] = {id, call('HGET', body, id) or '', rows[i + 1] - now, deliveries}
  end
end

if which == 'ready' then
  take(leases, '-inf', now) -- a lease that ended is as good as due
  if #tasks < most then
    skip = math.max(0, skip - call('ZCOUNT', leases, '-inf', now))
    take(due, '-inf', now)
  end
else
  take(which == 'delayed' and due or leases, '(' .. now, '+inf')
end
return tasks
