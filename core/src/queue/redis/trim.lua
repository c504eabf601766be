-- ARGV age ms, most at once -> how many dead letters were forgotten
local ids = call('ZRANGE', dead, '-inf', '(' .. (now - ARGV[1]), 'BYSCORE', 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
  call('ZREM', dead, id)
  for _, key in ipairs({reason, body, claims, free}) do call('HDEL', key, id) end
end
return #ids
