-- Of clusters: whether what a process has kept of a partition is still current.
--
-- KEYS[1]  the lease
-- KEYS[2]  the count of invalidations
-- KEYS[3]  the record of PostgreSQL's log, see settle-wal.lua, if it is asked for
--
-- Returns { the lease or nothing, the count of invalidations with the issuer, as read.lua has it, or nothing, the record or
--           nothing }.
--cluster local issuer = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 12)
local count = redis.call('GET', KEYS[2])
--cluster if count then count = count .. ':' .. issuer end
local known = KEYS[3] and redis.call('GET', KEYS[3])
--cluster known = known and string.sub(known, 1, 12) == issuer and string.sub(known, 13)
return { redis.call('GET', KEYS[1]), count, known }
