-- Removes every entry.
--
-- KEYS[1]  entries by last use: sorted set
-- KEYS[2]  token of the general scope, on which every entry depends: fills that are under way must not survive
--
-- The entries are not in KEYS: only the sorted set knows them. They share its hash tag.
--
-- Returns the number of entries removed.
redis.call('DEL', KEYS[2])
local removed = 0
while true do
  local some = redis.call('ZPOPMIN', KEYS[1], 1000)
  if #some == 0 then
    return removed
  end
  for i = 1, #some, 2 do
    redis.call('UNLINK', some[i])
    removed = removed + 1
  end
end
