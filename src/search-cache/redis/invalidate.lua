#!lua flags=allow-oom
-- Invalidates the tokens of scopes, which puts every page that depends on one of them out of date.
--
-- KEYS[1]  the count of invalidations
-- KEYS[2]  the watched listings, see read.lua
-- KEYS[3]  token of the general scope
-- KEYS[4]  the count of the caller's commands, see watch.lua
-- KEYS[5]  the record of PostgreSQL's log, see settle-wal.lua
-- KEYS[6…] tokens
-- ARGV[1]  what that count must have reached
-- ARGV[2]  its new value
-- ARGV[3]  milliseconds it is kept
-- ARGV[4]  how far PostgreSQL was after the changes; nothing: unknown, and then the record is
-- ARGV[5]  if only scopes of watched listings are among them: the score of the set's beginning, as far as the caller knows
-- ARGV[6]  and that of the last listing that he knows; he knows all before it
--
-- A token is taken away here and made anew, with a value never used before, by the next read that wants it. So a scope
-- that is not searched costs nothing, and invalidating twice is the same as invalidating once.
--
-- The record is raised in the same step, before any token can be made anew: a token says how far a replica of PostgreSQL must
-- be to have what was invalidated before.
--
-- The count moves even if no token was there: a process may hold a page whose token Redis has lost since it was checked.
-- It is a clock, so that it takes no value twice when Redis loses it.
--
-- Done even if Redis has no memory left (`allow-oom`, of Redis 7.0): as soon as it has some again, other processes may read
-- the pages. What is written are two counts.
--
-- If Redis has gone back to a state before the caller's last command, all entries are put out of date.
--
-- Returns { 'set back' } in that case. Nothing if the caller knows all watched listings, or needn't. Else he has to name
-- the scopes once more:
--         { the score of the set's beginning, of its last listing, the score after which the names begin, names }; the third
--           is empty if these are all the names there are
--include raise-record
local invalidations, listings, general, own, record = unpack(KEYS, 1, 5)

local issuer = ''
--cluster issuer = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 12)
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', invalidations) or '0')
redis.call('SET', invalidations, string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1)))
raise_record(record, ARGV[4], issuer)
if #KEYS > 5 then
  redis.call('DEL', unpack(KEYS, 6))
end

local reached = tonumber(redis.call('GET', own) or '0')
redis.call('SET', own, math.max(reached, tonumber(ARGV[2])), 'PX', ARGV[3])
if reached < tonumber(ARGV[1]) then
  redis.call('DEL', general, listings)
  return { 'set back' }
end

if #ARGV == 4 then
  return nil
end
local born = redis.call('ZSCORE', listings, '') or ''
--cluster if born ~= '' then born = born .. issuer end
local newest = redis.call('ZRANGE', listings, -1, -1, 'WITHSCORES')[2] or ''
if born == ARGV[5] and newest == ARGV[6] then
  return nil
end
if born ~= '' and born == ARGV[5] and tonumber(newest) > tonumber(ARGV[6]) then
  return { born, newest, ARGV[6], redis.call('ZRANGEBYSCORE', listings, '(' .. ARGV[6], '+inf') }
end
return { born, newest, '', redis.call('ZRANGE', listings, 0, -1) }
