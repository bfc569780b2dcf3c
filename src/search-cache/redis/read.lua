-- Reads one cached page, or what is needed to fill it.
--
-- KEYS[1]  the entry: hash of body, etag, deps (scope keys and their tokens), hints (scope keys); deps and hints packed
-- KEYS[2]  the lease
-- KEYS[3]  entries by last use: sorted set, score in microseconds
-- KEYS[4]  the token clock
-- KEYS[5]  the count of invalidations, see invalidate.lua
-- KEYS[6]  the watched listings, those that any process searches: sorted set, by when each came to be watched; the empty name
--          stands for the beginning of the set itself
-- KEYS[7]  token of the general scope, on which every entry depends
-- KEYS[8]  tokens by last use: sorted set, score in microseconds
-- KEYS[9]  the record of PostgreSQL's log, see settle-wal.lua
-- KEYS[10…] tokens of all scopes that may matter to the search
-- ARGV[1]  milliseconds a token lives without being read or made
-- ARGV[2]  text that no other call ever uses, so that tokens never repeat even if the clock is lost
-- ARGV[3]  etag of the page that the caller has already, or nothing
-- ARGV[4]  name of the listing that the search looks at, or nothing if it is none of a listing
-- ARGV[5]  most listings; with as many in the set, all listings are watched
-- ARGV[6]  most tokens; beyond it those that no search has asked for longest go, as if they had expired: an entry that
--          depends on one misses, and the next search makes another with a value never used before
--
-- A token ends with '@' and the record as it was when the token was made: how far a replica of PostgreSQL must be to have all that
-- was invalidated before. One that was made while the record was unknown gets the end later, which is as good, and stays the token
-- it was for the entries that have it without.
--
-- Changes invalidate the scopes of watched listings alone, so a listing is noted before its first token is made. Without the set
-- it is unknown which tokens haven't been invalidated: then no entry survives.
--
-- The scopes of deps and hints are not in KEYS: only the entry knows them. They share its hash tag, so its node has them.
--
-- In a cluster a token begins with the issuer: the replication id of the master that made it, cut to 12 digits. One of
-- another issuer counts as lost, since a replica that was promoted may not have heard of its end. All tokens of an entry were
-- made or read at once, so they have one issuer. The count of invalidations names the issuer, too.
--
-- Returns { 'bypass' } without a lease
--         { 'hit', etag, count of invalidations, milliseconds the entry lives on, body } if every token of deps is current;
--           without the body if the caller has it
--         { 'miss', key, token, key, token, … } otherwise: of KEYS[10…], deps and hints; missing tokens are made
local entry, lease, lru, clock, invalidations, listings, general, tokens_by_use, record = unpack(KEYS, 1, 9)
--cluster local issuer = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 12)
local listing, most_listings, most_tokens = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])

if redis.call('EXISTS', lease) == 0 then
  return { 'bypass' }
end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

if listing ~= '' and not redis.call('ZSCORE', listings, listing) then
  local newest = redis.call('ZRANGE', listings, -1, -1, 'WITHSCORES')[2]
  if not newest then
    redis.call('DEL', general)
    redis.call('ZADD', listings, now, '')
    newest = now
  end
  if redis.call('ZCARD', listings) < most_listings then
    redis.call('ZADD', listings, math.max(now, tonumber(newest) + 1), listing)
  end
end

local fields = redis.call('HMGET', entry, 'deps', 'hints')
local deps = fields[1] and cmsgpack.unpack(fields[1])

if deps then
  local current = redis.call('MGET', unpack(deps.keys))
  local valid = true
  --cluster valid = string.sub(deps.tokens[1], 1, 12) == issuer
  for i = 1, #deps.tokens do
    local token = deps.tokens[i]
    if current[i] ~= token and string.sub(current[i] or '', 1, #token + 1) ~= token .. '@' then
      valid = false
      break
    end
  end
  if valid then
    redis.call('ZADD', lru, now, entry)
    local etag = redis.call('HGET', entry, 'etag')
    local hit = { 'hit', etag, redis.call('GET', invalidations) or '', tostring(redis.call('PTTL', entry)) }
    --cluster if hit[3] ~= '' then hit[3] = hit[3] .. ':' .. issuer end
    if etag ~= ARGV[3] then
      hit[5] = redis.call('HGET', entry, 'body')
    end
    return hit
  end
else
  redis.call('ZREM', lru, entry)
end

local wanted, seen = {}, {}
local function want(keys)
  for _, key in ipairs(keys) do
    if not seen[key] then
      seen[key] = true
      wanted[#wanted + 1] = key
    end
  end
end
for i = 10, #KEYS do
  want({ KEYS[i] })
end
if deps then
  want(deps.keys)
  want(cmsgpack.unpack(fields[2]))
end

local tokens = redis.call('MGET', unpack(wanted))
local known = redis.call('GET', record)
--cluster known = known and string.sub(known, 1, 12) == issuer and string.sub(known, 13)
local floor = known and string.sub(known, 1, 1) ~= '?' and '@' .. known or ''
local last
local answer = { 'miss' }
local used = {}
for i, key in ipairs(wanted) do
  used[#used + 1] = now
  used[#used + 1] = key
  local token = tokens[i]
  --cluster if token and string.sub(token, 1, 12) ~= issuer then token = false end
  if token then
    if floor ~= '' and not string.find(token, '@', 1, true) then
      token = token .. floor
      redis.call('SET', key, token)
    end
    redis.call('PEXPIRE', key, ARGV[1])
  else
    -- Later than every token before, even if the wall clock goes back.
    last = math.max(now, (last or tonumber(redis.call('GET', clock) or '0')) + 1)
    token = string.format('%.0f', last) .. ARGV[2] .. floor
    --cluster token = issuer .. token
    redis.call('SET', key, token, 'PX', ARGV[1])
  end
  answer[#answer + 1] = key
  answer[#answer + 1] = token
end
redis.call('ZADD', tokens_by_use, unpack(used))
if last then
  redis.call('SET', clock, string.format('%.0f', last))
  -- Those that have expired.
  redis.call('ZREMRANGEBYSCORE', tokens_by_use, '-inf', now - ARGV[1] * 1000)
  local over = redis.call('ZCARD', tokens_by_use) - most_tokens
  if over > 0 then
    local oldest = redis.call('ZPOPMIN', tokens_by_use, over)
    for i = 1, #oldest, 2 do
      redis.call('UNLINK', oldest[i])
    end
  end
end
return answer
