-- -> ready, delayed, leased, dead, age in ms of the longest waiting due task or -1
local lapsed = call('ZCOUNT', leases, '-inf', now)
local ready = call('ZCOUNT', due, '-inf', now)
local first, age = call('ZRANGE', due, 0, 0, 'WITHSCORES')[2], -1
if first and now >= tonumber(first) then age = now - first end
return {ready + lapsed, call('ZCARD', due) - ready, call('ZCARD', leases) - lapsed, call('ZCARD', dead), age}
