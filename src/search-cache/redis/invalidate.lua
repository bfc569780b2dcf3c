-- Invalidates the tokens of scopes, which puts every page that depends on one of them out of date.
--
-- KEYS[1]  the count of invalidations
-- KEYS[2]  the watched listings, see read.lua
-- KEYS[…]  tokens
-- ARGV[1]  if only scopes of watched listings are among them: the score of the set's beginning, as far as the caller knows
-- ARGV[2]  and that of the last listing that he knows; he knows all before it
--
-- A token is taken away here and made anew, with a value never used before, by the next read that wants it. So a scope
-- that is not searched costs nothing, and invalidating twice is the same as invalidating once.
--
-- The count moves even if no token was there: a process may hold a page whose token Redis has lost since it was checked.
-- It is a clock, so that it takes no value twice when Redis loses it.
--
-- Returns nothing if the caller knows all watched listings, or needn't. Else he has to name the scopes once more:
--         { the score of the set's beginning, of its last listing, the score after which the names begin, names }; the third
--           is empty if these are all the names there are
local invalidations, listings = unpack(KEYS, 1, 2)

local time = redis.call('TIME')
local last = tonumber(redis.call('GET', invalidations) or '0')
redis.call('SET', invalidations, string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1)))
if #KEYS > 2 then
  redis.call('DEL', unpack(KEYS, 3))
end

if #ARGV == 0 then
  return nil
end
local born = redis.call('ZSCORE', listings, '') or ''
local newest = redis.call('ZRANGE', listings, -1, -1, 'WITHSCORES')[2] or ''
if born == ARGV[1] and newest == ARGV[2] then
  return nil
end
if born ~= '' and born == ARGV[1] and tonumber(newest) > tonumber(ARGV[2]) then
  return { born, newest, ARGV[2], redis.call('ZRANGEBYSCORE', listings, '(' .. ARGV[2], '+inf') }
end
return { born, newest, '', redis.call('ZRANGE', listings, 0, -1) }
