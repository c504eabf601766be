-- ARGV most -> {{id, body, reason, ms}, ...}, oldest first
local letters = {}
local rows = call('ZRANGE', dead, 0, ARGV[1] - 1, 'WITHSCORES')
for i = 1, #rows, 2 do
  local id = rows[i]
  letters[#letters + 1] = {id, call('HGET', body, id) or '', call('HGET', reason, id) or '', tonumber(rows[i + 1])}
end
return letters
