import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { waitFor } from '../../test/support/processes.js';
import { SEQUENCE_BATCH } from '../../src/events/sequencer/sequence-events.sql.js';
import type { BenchRun } from '../support/bench-run.js';
import { withClient } from '../../test/support/with-client.js';
import { type BenchResult, compare } from '../support/report.js';
import { alternate } from '../support/rounds.js';
import { seedEvents } from '../support/seed.js';
import { Server, type ServerOptions } from '../support/server.js';

const BACKLOG = 200_000;
const POLL_MS = 10;

/**
 * A backlog that was written while no instance ran: positions given, caches invalidated and events published to Redis,
 * beside a loop that only numbers the rows, in batches of the same size.
 */
export async function relay(run: BenchRun): Promise<BenchResult> {
  const redis = await run.redis();
  const backlog = await run.database();
  await seedEvents(backlog, BACKLOG, false);
  // Every turn has a copy of the same backlog, with the same files around it.
  const withCopy = (work: (url: string) => Promise<number>): Promise<number> =>
    run.part(async () => work(await run.copyOf(backlog)));
  const rounds = await alternate(
    run.options.rounds,
    () => withCopy((databaseUrl) => relayed(run, { databaseUrl, redis })),
    () => withCopy((url) => withClient(url, numbered)),
  );
  return {
    rows: [compare({ bench: 'relay', unit: 'events/s', rounds, reach: 0.7, better: 'higher' })],
    details: { rounds, backlog: BACKLOG },
  };
}

/** Events a second from the first batch that a starting server sequences until all are published. */
export async function relayed(run: BenchRun, options: ServerOptions & { databaseUrl: string }): Promise<number> {
  return withClient(options.databaseUrl, async (client) => {
    const target = (await head(client)) + (await pending(client));
    const first = await head(client);
    const starting = Server.start({ profileDir: run.options.profileDir, ...options });
    starting.catch(() => undefined); // told below, when it is waited for
    const { began, at } = await waitFor(
      async () => {
        const position = await head(client);
        return position > first ? { began: performance.now(), at: position } : undefined;
      },
      { timeoutMs: 30_000, everyMs: POLL_MS, what: 'the relay to begin' },
    );
    const server = await starting;
    try {
      await run.profiles.during(async () => {
        await untilNumbered(client, target, { at, began });
        const position = await server.settled();
        if (position !== target) throw new Error(`The log ends at ${position}, not at ${target}`);
      });
      return ((target - at) / (performance.now() - began)) * 1_000;
    } finally {
      await server.stop();
    }
  });
}

/** Looks seldom while much is left: each look takes time from the relay, and nobody looks at the ceiling. */
async function untilNumbered(client: pg.Client, target: number, since: { at: number; began: number }): Promise<void> {
  const deadline = since.began + 120_000;
  for (let last = await head(client); last < target; last = await head(client)) {
    const now = performance.now();
    if (now > deadline) throw new Error(`The log still ends at ${last} instead of ${target}`);
    const left = ((target - last) / Math.max(1, last - since.at)) * (now - since.began);
    await sleep(Math.min(500, Math.max(POLL_MS, left / 2)));
  }
}

/** The last position; a look at the end of an index, so that asking often costs next to nothing. */
export async function head(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ head: string }>(
    'SELECT coalesce(max(position), 0) AS head FROM inventory_events',
  );
  return Number(rows[0]!.head);
}

async function pending(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM inventory_events WHERE position IS NULL',
  );
  return rows[0]!.count;
}

const NUMBER = {
  name: 'ceiling-number',
  text: `
    WITH pending AS MATERIALIZED (
      SELECT seq FROM inventory_events WHERE position IS NULL ORDER BY seq LIMIT $1
    )
    UPDATE inventory_events e SET position = $2::bigint + numbered.place
    FROM (SELECT seq, row_number() OVER (ORDER BY seq) AS place FROM pending) numbered
    WHERE e.seq = numbered.seq`,
};

async function numbered(client: pg.Client): Promise<number> {
  let position = await head(client);
  const first = position;
  const began = performance.now();
  for (;;) {
    const { rowCount } = await client.query({ ...NUMBER, values: [SEQUENCE_BATCH, position] });
    if (rowCount === 0) break;
    position += rowCount!;
  }
  return ((position - first) / (performance.now() - began)) * 1_000;
}
