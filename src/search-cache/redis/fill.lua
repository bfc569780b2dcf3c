-- Stores one page and keeps the number of entries within its bound.
--
-- KEYS[1]  the entry
-- KEYS[2]  entries by last use: sorted set, score in microseconds
-- KEYS[3]  count of evictions
-- ARGV[1]  milliseconds the entry lives
-- ARGV[2]  most entries
-- ARGV[3]  body
-- ARGV[4]  etag
-- ARGV[5]  number of scopes the page depends on: n
-- ARGV[6…] n scope keys, then their n tokens, then the scope keys of the hints
--
-- Evicted entries are not in KEYS: only the sorted set knows them. They share its hash tag.
--
-- Returns the number of entries evicted.
local entry, lru, evictions = unpack(KEYS)
local ttl, most, n = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[5])

local deps, hints = { keys = {}, tokens = {} }, {}
for i = 1, n do
  deps.keys[i] = ARGV[5 + i]
  deps.tokens[i] = ARGV[5 + n + i]
end
for i = 6 + 2 * n, #ARGV do
  hints[#hints + 1] = ARGV[i]
end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

redis.call('HSET', entry, 'body', ARGV[3], 'etag', ARGV[4], 'deps', cmsgpack.pack(deps), 'hints', cmsgpack.pack(hints))
redis.call('PEXPIRE', entry, ttl)
redis.call('ZADD', lru, now, entry)

-- An entry that was not used for a whole lifetime has expired.
redis.call('ZREMRANGEBYSCORE', lru, '-inf', now - ttl * 1000)

local over = redis.call('ZCARD', lru) - most
if over <= 0 then
  return 0
end
local oldest = redis.call('ZPOPMIN', lru, over)
for i = 1, #oldest, 2 do
  redis.call('UNLINK', oldest[i])
end
redis.call('INCRBY', evictions, over)
return over
