-- Renews the lease up to an end that the leader names in the time of this server. So a renewal that was long on its way
-- vouches for no longer than it would have otherwise, and one that comes after its end for nothing.
--
-- KEYS[1]  the lease
-- ARGV[1]  the end in microseconds; 0: only the time is asked for
-- ARGV[2]  milliseconds that the lease may still have at most, whatever has happened to this server's clock
--
-- Returns { milliseconds the lease has now, 0 if the renewal came too late, the time in microseconds }.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local left = math.min(math.floor((tonumber(ARGV[1]) - now) / 1000), tonumber(ARGV[2]))
if left <= 0 then
  return { 0, string.format('%.0f', now) }
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', left)
return { left, string.format('%.0f', now) }
