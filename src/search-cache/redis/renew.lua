-- Renews the tokens of scopes, which puts every page that depends on one of them out of date.
--
-- KEYS[…]  tokens
--
-- A token is taken away here and made anew, with a value never used before, by the next read that wants it. So a scope
-- that nobody searches costs nothing, and renewing twice is the same as renewing once.
--
-- Returns the number of tokens that were there.
return redis.call('DEL', unpack(KEYS))
