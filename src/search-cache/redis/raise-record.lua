-- Raises the record of PostgreSQL's log (see settle-wal.lua) to what was asked after changes; nothing: unknown, and then the record is.
-- One that is unknown stays so: what was acknowledged while it was lost isn't known here. It notes what is heard meanwhile, so
-- that it isn't settled lower: its settler may have asked PostgreSQL before this change.
--
-- issuer: of a cluster, see read.lua; else ''
local function raise_record(record, wal, issuer)
  if wal == '' then
    redis.call('DEL', record)
    return
  end
  local known = redis.call('GET', record)
  --cluster known = known and string.sub(known, 1, 12) == issuer and string.sub(known, 13)
  if known then
    local name, heard = string.match(known, '^(%?[^@]*)@?(.*)$')
    if wal > (heard or known) then
      redis.call('SET', record, issuer .. (name and name .. '@' or '') .. wal)
    end
  end
end
