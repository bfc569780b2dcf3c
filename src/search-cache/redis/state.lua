-- Of clusters: whether what a process has kept of a partition is still current.
--
-- KEYS[1]  the lease
-- KEYS[2]  the count of invalidations
--
-- Returns { the lease or nothing, the count of invalidations with the issuer, as read.lua has it, or nothing }.
--cluster local issuer = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 12)
local count = redis.call('GET', KEYS[2])
--cluster if count then count = count .. ':' .. issuer end
return { redis.call('GET', KEYS[1]), count }
