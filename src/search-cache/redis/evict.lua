-- Removes the entries that were used longest ago.
--
-- KEYS[1]  entries by last use: sorted set, score in microseconds
-- KEYS[2]  count of evictions
-- ARGV[1]  how many
--
-- The entries are not in KEYS: only the sorted set knows them. They share its hash tag.
local oldest = redis.call('ZPOPMIN', KEYS[1], ARGV[1])
for i = 1, #oldest, 2 do
  redis.call('UNLINK', oldest[i])
end
redis.call('INCRBY', KEYS[2], #oldest / 2)
