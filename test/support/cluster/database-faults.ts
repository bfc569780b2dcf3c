import pg from 'pg';
import type { ClusterPostgres } from './cluster-postgres.js';

/** Any number nobody else uses as an advisory lock in the instances' database. */
const GATE_LOCK = 7_211_003;

export interface Gate {
  open(): Promise<void>;
}

/** Lets changes and their events commit, but lets no event get its position before the gate is opened. */
export async function closeSequencing(postgres: ClusterPostgres): Promise<Gate> {
  const holder = new pg.Client({ connectionString: postgres.url() });
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock($1)', [GATE_LOCK]);
  await holder.query(`
    CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(${GATE_LOCK}); RETURN NEW; END $$`);
  await holder.query(`
    CREATE TRIGGER gate BEFORE UPDATE ON inventory_events FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()`);
  return {
    async open() {
      await holder.query('SELECT pg_advisory_unlock($1)', [GATE_LOCK]);
      await holder.query('DROP TRIGGER gate ON inventory_events');
      await holder.end();
    },
  };
}

/** All that would take room on disk fails as if there were none (SQLSTATE 53100), until `mend`. */
export async function fillDisk(postgres: ClusterPostgres): Promise<{ mend(): Promise<void> }> {
  const tables = ['products', 'inventory_events', 'vendors'];
  await postgres.query(async (client) => {
    await client.query(`
      CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
    for (const table of tables) {
      await client.query(`
        CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION disk_full()`);
    }
  });
  return {
    mend: () =>
      postgres.query(async (client) => {
        for (const table of tables) await client.query(`DROP TRIGGER disk_full ON ${table}`);
      }),
  };
}
