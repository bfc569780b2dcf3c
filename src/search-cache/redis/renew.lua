-- Renews the tokens of scopes, which puts every page that depends on one of them out of date.
--
-- KEYS[1]  the count of renewals
-- KEYS[…]  tokens
--
-- A token is taken away here and made anew, with a value never used before, by the next read that wants it. So a scope
-- that nobody searches costs nothing, and renewing twice is the same as renewing once.
--
-- The count moves even if no token was there: a process may hold a page whose token Redis has lost since it was checked.
-- It is a clock, so that it takes no value twice when Redis loses it.
--
-- Returns the number of tokens that were there.
local renewals = KEYS[1]

local time = redis.call('TIME')
local last = tonumber(redis.call('GET', renewals) or '0')
redis.call('SET', renewals, string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1)))
return redis.call('DEL', unpack(KEYS, 2))
