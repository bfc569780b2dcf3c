#!lua flags=allow-oom
-- Removes every entry.
-- Done even if Redis has no memory left, see invalidate.lua.
--
-- KEYS[1]  entries by last use: sorted set
-- KEYS[2]  token of the general scope, on which every entry depends: fills that are under way must not survive
-- KEYS[3]  the count of invalidations, see invalidate.lua
-- KEYS[4]  the watched listings, see read.lua: without pages none is
-- KEYS[5]  the count of the caller's commands, see watch.lua
-- KEYS[6]  the record of PostgreSQL's log, see settle-wal.lua: what makes it necessary to clear may have been missed there, too
-- ARGV[1]  its new value
-- ARGV[2]  milliseconds it is kept
-- ARGV[3]  how far PostgreSQL is; nothing: unknown
--
-- The entries are not in KEYS: only the sorted set knows them. They share its hash tag.
--
-- Returns the number of entries removed.
--include raise-record
local lru, general, invalidations, listings, own, record = unpack(KEYS)

local issuer = ''
--cluster issuer = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 12)
redis.call('DEL', general, listings)
raise_record(record, ARGV[3], issuer)
redis.call('SET', own, math.max(tonumber(redis.call('GET', own) or '0'), tonumber(ARGV[1])), 'PX', ARGV[2])
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', invalidations) or '0')
redis.call('SET', invalidations, string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1)))
local removed = 0
while true do
  local some = redis.call('ZPOPMIN', lru, 1000)
  if #some == 0 then
    return removed
  end
  for i = 1, #some, 2 do
    redis.call('UNLINK', some[i])
    removed = removed + 1
  end
end
