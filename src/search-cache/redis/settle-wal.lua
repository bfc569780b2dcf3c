#!lua flags=allow-oom
-- Makes an unknown record of PostgreSQL's log known, in two calls: the first one names the unknown record, the second one says
-- how far PostgreSQL was when it was asked after the first. If the record was lost or became unknown once more meanwhile, it is
-- another one, and what was asked may be too low. Changes that were acknowledged between the two calls may be later than what was
-- asked as well, so the record is never settled lower than what has been heard of them.
--
-- KEYS[1]  the record: 24 digits (timeline and LSN) that a replica of PostgreSQL must have replayed to have all that was ever
--          invalidated; '?' and the name of a record that is unknown, and then perhaps '@' and the latest position that was heard since
--          it has the name; nothing: unknown, without a name. In a cluster it begins with the issuer, see read.lua: what another
--          master has noted may lack what was acknowledged by it
-- ARGV[1]  a name never used before
-- ARGV[2]  what the first call has answered, or nothing
-- ARGV[3]  the position for it, or nothing
--
-- Returns the record, without what was heard.
local record = KEYS[1]
local issuer = ''
--cluster issuer = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 12)
local known = redis.call('GET', record)
--cluster known = known and string.sub(known, 1, 12) == issuer and string.sub(known, 13)
if not known then
  known = '?' .. ARGV[1]
  redis.call('SET', record, issuer .. known)
  return known
end
local name, heard = string.match(known, '^(%?[^@]*)@?(.*)$')
if name and ARGV[3] ~= '' and name == ARGV[2] then
  known = heard > ARGV[3] and heard or ARGV[3]
  redis.call('SET', record, issuer .. known)
  return known
end
return name or known
