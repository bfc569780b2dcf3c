-- Renews the lease up to an end that the leader names in the time of this server. So a renewal that was long on its way
-- vouches for no longer than it would have otherwise, and one that comes after its end for nothing.
--
-- KEYS[1]  the lease
-- ARGV[1]  the end in microseconds; 0: only the time is asked for
-- ARGV[2]  milliseconds that the lease may still have at most, whatever has happened to this server's clock
--
-- ARGV[3]  in a cluster: the issuer (see read.lua) whose time the end is in, if it is not another by now
--
-- Returns { milliseconds the lease has now, 0 if the renewal came too late, the time in microseconds,
-- in a cluster the issuer }.
local issuer = nil
--cluster issuer = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 12)
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local left = math.min(math.floor((tonumber(ARGV[1]) - now) / 1000), tonumber(ARGV[2]))
--cluster if ARGV[3] ~= issuer then left = 0 end
if left <= 0 then
  return { 0, string.format('%.0f', now), issuer }
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', left)
return { left, string.format('%.0f', now), issuer }
