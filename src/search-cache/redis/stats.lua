-- KEYS[1]  entries by last use: sorted set, score in microseconds
-- KEYS[2]  count of evictions
-- KEYS[3]  the lease
-- ARGV[1]  milliseconds an entry lives
--
-- Returns { entries, evictions, milliseconds the lease still has, or a negative number without one }.
local lru, evictions, lease = unpack(KEYS)

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', lru, '-inf', now - tonumber(ARGV[1]) * 1000)
return { redis.call('ZCARD', lru), tonumber(redis.call('GET', evictions) or '0'), redis.call('PTTL', lease) }
