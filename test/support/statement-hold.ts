import pg from 'pg';
import { waitFor } from './processes.js';

/** Where a request with a key can be held, by a trigger that waits for a lock. */
const TRIGGERS = {
  'before the effect': 'BEFORE INSERT OR UPDATE ON products FOR EACH STATEMENT',
  'before the commit': 'BEFORE UPDATE ON idempotency_keys FOR EACH ROW',
  // Deferred: it runs in COMMIT, which nothing can stop any more. By the time it is over, its process is dead.
  'between commit and reply': 'AFTER UPDATE ON idempotency_keys DEFERRABLE INITIALLY DEFERRED FOR EACH ROW',
  'in the commit of a vendor’s event':
    'AFTER INSERT ON inventory_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.product_id IS NULL)',
  'in the third page': `BEFORE INSERT ON products FOR EACH ROW WHEN (NEW.sku LIKE 'C 2300|%')`,
} as const;

export type Moment = keyof typeof TRIGGERS;

/** Any number nobody else uses as an advisory lock in the instances' database. */
const HOLD_LOCK = 7_211_004;

export interface Hold {
  /** So many transactions wait there. */
  reached(count?: number): Promise<void>;
  /** Another request with the key waits for the transaction that has it. */
  claimWaiting(): Promise<void>;
  /** Lets them go on, and waits until they have. Nobody is held any more. */
  release(): Promise<void>;
  end(): Promise<void>;
}

export async function holdStatements(url: string, moment: Moment): Promise<Hold> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SELECT pg_advisory_lock($1)', [HOLD_LOCK]);
  await client.query(`
    CREATE OR REPLACE FUNCTION wait_at_hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(${HOLD_LOCK}); RETURN NEW; END $$`);
  const table = /ON (\w+)/.exec(TRIGGERS[moment])![1]!;
  const constraint = TRIGGERS[moment].includes('DEFERRABLE') ? 'CONSTRAINT' : '';
  await client.query(`CREATE ${constraint} TRIGGER hold ${TRIGGERS[moment]} EXECUTE FUNCTION wait_at_hold()`);

  const held = async (): Promise<number[]> => {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${HOLD_LOCK} AND NOT granted`,
    );
    return rows.map(({ pid }) => pid);
  };
  let pids: number[] = [];
  return {
    async reached(count = 1) {
      pids = await waitFor(
        async () => {
          const found = await held();
          return found.length === count ? found : undefined;
        },
        { what: 'the statement to be held' },
      );
    },
    async claimWaiting() {
      await waitFor(
        async () => {
          const { rows } = await client.query<{ query: string }>(
            `SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = 'transactionid'`,
          );
          return rows.some(({ query }) => query.includes('INSERT INTO idempotency_keys'));
        },
        { what: 'a claim to wait' },
      );
    },
    async release() {
      await client.query('SELECT pg_advisory_unlock($1)', [HOLD_LOCK]);
      await waitFor(
        async () => {
          const { rows } = await client.query(
            `SELECT FROM pg_stat_activity WHERE pid = ANY ($1) AND state = 'active'`,
            [pids],
          );
          return rows.length === 0;
        },
        { what: 'the held statements to end' },
      );
    },
    async end() {
      await client.query('SELECT pg_advisory_unlock_all()');
      await client.query(`DROP TRIGGER IF EXISTS hold ON ${table}`);
      await client.end();
    },
  };
}
