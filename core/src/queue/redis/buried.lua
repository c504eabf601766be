-- ARGV ids -> those that are dead, as in letters.lua
local letters = {}
for _, id in ipairs(ARGV) do
  local at = call('ZSCORE', dead, id)
  if at then letters[#letters + 1] = letter(id, at) end
end
return letters
