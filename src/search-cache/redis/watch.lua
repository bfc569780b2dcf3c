#!lua flags=allow-oom
-- Looks whether Redis has gone back to a state before the caller's last command.
-- Done even if Redis has no memory left, see invalidate.lua.
--
-- KEYS[1]  the count of invalidations, see invalidate.lua
-- KEYS[2]  the watched listings, see read.lua
-- KEYS[3]  token of the general scope
-- KEYS[4]  the count of the caller's commands
-- ARGV[1]  what that count must have reached
-- ARGV[2]  its new value
-- ARGV[3]  milliseconds it is kept
--
-- If so, every entry is put out of date here and now: which invalidations are missing is unknown.
--
-- Returns { 1 if so, else 0, the count of invalidations or '', in a cluster the issuer, see read.lua }.
local invalidations, listings, general, own = unpack(KEYS)
local issuer = nil
--cluster issuer = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 12)
local reached = tonumber(redis.call('GET', own) or '0')
redis.call('SET', own, math.max(reached, tonumber(ARGV[2])), 'PX', ARGV[3])
if reached >= tonumber(ARGV[1]) then
  return { 0, redis.call('GET', invalidations) or '', issuer }
end
redis.call('DEL', general, listings)
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', invalidations) or '0')
local count = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
redis.call('SET', invalidations, count)
return { 1, count, issuer }
