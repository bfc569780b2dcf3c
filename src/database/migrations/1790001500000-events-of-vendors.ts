import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

const FIELDS = ['name', 'names', 'market', 'district', 'state', 'languages'] as const;
const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const CHANGES = FIELDS.map((field) => `('${field}', to_jsonb(OLD.${field}), to_jsonb(NEW.${field}))`).join(', ');

/** UUID v7 of this moment: 48 bits of milliseconds before what is random, and the version. */
const EVENT_ID = `
    encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
      substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
      52, 1), 53, 1), 'hex')::uuid`;

/**
 * What happens to vendors is in the log. Statements append the events themselves, and say so by `logged_version`; for
 * those of the version before, the triggers do it. Such an event has no actor, a correlation id of its own and the
 * region `unknown`. Vendors that are there have no history before their next change.
 *
 * `vendor_changes`, where the version before notes which scopes its vendors have touched, stays for its instances, and
 * nothing else writes or reads it. A later migration drops it, with the triggers and `logged_version`, once nothing may
 * run beside it that needs them.
 */
export class EventsOfVendors1790001500000 implements MigrationInterface {
  readonly name = 'EventsOfVendors1790001500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, [
      `ALTER TABLE vendors ADD COLUMN logged_version integer`,
      `CREATE FUNCTION log_vendor_change() RETURNS trigger LANGUAGE plpgsql AS $$
       DECLARE
         event_id uuid := ${EVENT_ID};
         changes json := '[]';
       BEGIN
         IF TG_OP = 'UPDATE' THEN
           SELECT coalesce(json_agg(json_build_object('field', field, 'oldValue', before, 'newValue', after)), '[]')
           INTO changes
           FROM (VALUES ${CHANGES}) AS change (field, before, after) WHERE before IS DISTINCT FROM after;
         END IF;
         INSERT INTO inventory_events (event_id, event_type, vendor_id, version, changes, vendor, correlation_id, region,
                                       occurred_at)
         VALUES (event_id, CASE TG_OP WHEN 'INSERT' THEN 'vendor_created' ELSE 'vendor_updated' END, NEW.id, NEW.version,
                 changes,
                 json_build_object('id', NEW.id, 'name', NEW.name, 'names', NEW.names, 'market', NEW.market,
                                   'district', NEW.district, 'state', NEW.state, 'languages', NEW.languages,
                                   'version', NEW.version, 'createdAt', ${iso('NEW.created_at')},
                                   'updatedAt', ${iso('NEW.updated_at')}),
                 event_id::text, 'unknown', NEW.updated_at);
         RETURN NULL;
       END $$`,
      `CREATE TRIGGER vendors_log_new AFTER INSERT ON vendors FOR EACH ROW
       WHEN (NEW.logged_version IS DISTINCT FROM NEW.version) EXECUTE FUNCTION log_vendor_change()`,
      `CREATE TRIGGER vendors_log_changed AFTER UPDATE OF version ON vendors FOR EACH ROW
       WHEN (NEW.version <> OLD.version AND NEW.logged_version IS DISTINCT FROM NEW.version)
       EXECUTE FUNCTION log_vendor_change()`,
      `COMMENT ON TABLE vendor_changes IS 'Unused but by instances of a version before; a later migration drops it'`,
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
