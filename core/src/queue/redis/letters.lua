-- ARGV skip, most -> {{id, body, reason, ms when, ms since}, ...}, oldest first
local letters = {}
local rows = call('ZRANGE', dead, ARGV[1], ARGV[1] + ARGV[2] - 1, 'WITHSCORES')
for i = 1, #rows, 2 do letters[#letters + 1] = letter(rows[i], rows[i + 1]) end
return letters
