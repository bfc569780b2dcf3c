-- How many entries there are, and how long ago they were used.
--
-- KEYS[1]  entries by last use: sorted set, score in microseconds
-- ARGV[1]  milliseconds an entry lives
-- ARGV[2]  most samples
--
-- Returns { entries, last uses in microseconds, rising: of the oldest entry, and of others an equal number of entries apart }.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1] * 1000)
local entries = redis.call('ZCARD', KEYS[1])
local samples = {}
local step = math.max(1, math.ceil(entries / ARGV[2]))
for rank = 0, entries - 1, step do
  samples[#samples + 1] = redis.call('ZRANGE', KEYS[1], rank, rank, 'WITHSCORES')[2]
end
return { entries, unpack(samples) }
