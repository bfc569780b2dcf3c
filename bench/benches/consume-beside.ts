import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import type { ConsumerContext, EventConsumerHandler, EventConsumerOptions } from '../../src/consumers/index.js';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { waitFor } from '../../test/support/processes.js';
import { withClient } from '../../test/support/with-client.js';
import { type BenchRun, PRODUCTS } from '../support/bench-run.js';
import { nowMs } from '../support/children.js';
import { Consuming } from '../support/consuming.js';
import { query } from '../support/database.js';
import { compare, type Row, rounded } from '../support/report.js';
import { alternate, median, type Rounds } from '../support/rounds.js';
import { productIds } from '../support/seed.js';
import { head } from './relay.js';

type Consumer = EventConsumerOptions & EventConsumerHandler;

const CHANGES = 200;
const WARM_UP = 40;
/** Milliseconds between two changes: consumers are at the head when the next one comes. */
const CHANGE_EVERY = 25;
const CONSUMERS = 5;
const CONNECTIONS = 64;
/** Changes a second of a market that is busy, and doesn't use the machine up. */
const STEADY = 100;
/** Milliseconds within which instances have heard that a consumer is paused. */
const HEARD = 1_500;

const NOTE = {
  name: 'bench-note-events',
  text: 'INSERT INTO noted (consumer, event_id) SELECT $1, unnest($2::uuid[])',
};
const TABLE = 'CREATE TABLE noted (consumer text NOT NULL, event_id uuid NOT NULL)';
/** When events were committed, and what was made of them, by PostgreSQL's clock in milliseconds since 1970. */
const COMMITTED = `
  SELECT e.event_id AS id, at(e.xmin) AS committed, at(n.xmin) AS handled
  FROM noted n JOIN inventory_events e USING (event_id)`;
const NOTE_COMMITS = `
  CREATE FUNCTION at(xid) RETURNS float8 LANGUAGE sql AS
    'SELECT extract(epoch FROM pg_xact_commit_timestamp($1))::float8 * 1000'`;

const INSERT_WRITTEN = `
  INSERT INTO noted (consumer, event_id)
  SELECT $1, event_id FROM inventory_events
  WHERE position > $2::bigint AND position <= $3::bigint AND event_type = 'price_changed'`;

/** A consumer that notes each event in SQL. */
function noting(name: string): Consumer {
  const handleBatch = async (events: readonly InventoryEvent[], { sql }: ConsumerContext): Promise<void> => {
    await sql.query(NOTE, [name, events.map(({ eventId }) => eventId)]);
  };
  const handle = (event: InventoryEvent, context: ConsumerContext) => handleBatch([event], context);
  return { name, effect: 'sql', from: 'now', eventTypes: ['price_changed'], handle, handleBatch };
}

/**
 * A change from its commit to the commit of what a consumer has made of it, beside its way to a socket in its room; p99
 * of both. The consumer has a transaction to commit, the room hasn't.
 */
export async function atTheHead(run: BenchRun): Promise<{ row: Row; rounds: Rounds; medians: Rounds }> {
  const rounds: Rounds = { ours: [], ceiling: [] };
  const medians: Rounds = { ours: [], ceiling: [] };
  for (let round = -1; round < run.options.rounds; round += 1) {
    const { handled, received } = await run.part(() => delays(run));
    if (round < 0) continue;
    rounds.ours.push(quantile(handled, 0.99));
    rounds.ceiling.push(quantile(received, 0.99));
    medians.ours.push(median(handled));
    medians.ceiling.push(median(received));
  }
  const row = compare({ bench: 'consume, commit to handled, p99', unit: 'ms', rounds, reach: 2, better: 'lower' });
  return { row, rounds, medians };
}

async function delays(run: BenchRun): Promise<{ handled: number[]; received: number[] }> {
  const databaseUrl = await run.database(1_000);
  await query(databaseUrl, TABLE);
  await query(databaseUrl, NOTE_COMMITS);
  const server = await Consuming.start(databaseUrl, [noting('noting')]);
  const socket = io(`${server.url}/inventory`, { transports: ['websocket'], forceNew: true });
  try {
    await server.caughtUp();
    const receivedAt = new Map<string, number>();
    socket.on('inventory_notification', ({ eventId }: InventoryEvent) => receivedAt.set(eventId, nowMs()));
    await socket.timeout(10_000).emitWithAck('subscribe_inventory', { type: 'general' });
    const ids = productIds(1_000);
    const change = (index: number): Promise<unknown> =>
      server.api('PATCH', `/products/${ids[index]!}`, { basePrice: 20_000 + index });
    for (let index = 0; index < WARM_UP; index += 1) await change(index);
    // They come faster than those that count, so that consumers may rest after them.
    await server.caughtUp();
    const known = new Set(receivedAt.keys());
    for (let index = WARM_UP; index < WARM_UP + CHANGES; index += 1) {
      await change(index);
      await sleep(CHANGE_EVERY);
    }
    await waitFor(() => receivedAt.size >= WARM_UP + CHANGES, { what: 'all notifications' });
    await server.caughtUp();
    const rows = await query<{ id: string; committed: number | null; handled: number }>(databaseUrl, COMMITTED);
    if (rows.some(({ committed }) => committed === null)) throw new Error('track_commit_timestamp is off');
    const counted = rows.filter(({ id }) => !known.has(id));
    return {
      handled: counted.map(({ committed, handled }) => handled - committed!),
      received: counted.map(({ id, committed }) => receivedAt.get(id)! - committed!),
    };
  } finally {
    socket.disconnect();
    await server.stop();
  }
}

const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((one, other) => one - other)[Math.ceil(values.length * part) - 1]!;

/**
 * Changes of price while five consumers follow, each with an effect in SQL, beside the same while they are paused: how
 * long a change takes at a steady rate, which is what a client sees of them, and how many there are a second at most,
 * when all of them want the same processors. Of that also the least that can be: the same rows inserted by PostgreSQL
 * alone, of the log itself, without any consumer.
 */
export async function besideWrites(run: BenchRun): Promise<{ rows: Row[]; details: object }> {
  const databaseUrl = await run.database();
  await query(databaseUrl, TABLE);
  const names = Array.from({ length: CONSUMERS }, (_none, index) => `noting-${index}`);
  const server = await Consuming.start(databaseUrl, names.map(noting));
  const http = await run.httpLoad();
  const ids = productIds(PRODUCTS);
  let turns = 0;
  /** Connections of each turn's own: between two of them a server closes those that are idle. */
  const atMost = async (): Promise<number> => {
    turns += 1;
    const work = { kind: 'patch', ids, token: server.token, seed: turns } as const;
    const load = await http.open('consuming', server.port, CONNECTIONS, work);
    const { perSecond } = await load.run(run.milliseconds);
    await http.close('consuming');
    return perSecond;
  };
  try {
    const pause = (paused: boolean) =>
      Promise.all(names.map((name) => server.api('PATCH', `/consumers/${name}`, { paused })));
    const turn = async (paused: boolean, measure: () => Promise<number>): Promise<number> => {
      await server.caughtUp();
      await pause(paused);
      await sleep(HEARD);
      const measured = await measure();
      await pause(false);
      return measured;
    };
    const byTurns = (measure: () => Promise<number>): Promise<Rounds> =>
      alternate(
        run.options.rounds,
        () => turn(false, measure),
        () => turn(true, measure),
      );
    const steady = await byTurns(() => steadily(server, ids, run.milliseconds));
    const most = await byTurns(atMost);
    const least = await alternate(
      run.options.rounds,
      () => turn(true, () => whileInserting(databaseUrl, names, atMost)),
      () => turn(true, atMost),
    );
    const beside = `beside ${CONSUMERS} consumers`;
    return {
      rows: [
        compare({ bench: `write, ${beside}, p50`, unit: 'ms', rounds: steady, reach: 1.02, better: 'lower' }),
        compare({ bench: `write, ${beside}`, unit: 'changes/s', rounds: most, reach: 0.98, better: 'higher' }),
        leastOf(least),
      ],
      details: { steady, most, least },
    };
  } finally {
    await server.stop();
  }
}

function leastOf({ ours, ceiling }: Rounds): Row {
  const ratio = rounded(median(ours.map((value, round) => value / ceiling[round]!)));
  const bench = `write, beside what ${CONSUMERS} consumers insert alone`;
  return { bench, unit: 'changes/s', ours: rounded(median(ours)), ceiling: rounded(median(ceiling)), ratio };
}

/** For each name a statement that takes up where its last one ended, once a second. */
async function whileInserting(
  databaseUrl: string,
  names: readonly string[],
  measure: () => Promise<number>,
): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const first = await head(client);
    const ends = new Map(names.map((name) => [name, first]));
    let isOver = false;
    const inserting = (async () => {
      while (!isOver) {
        const began = performance.now();
        for (const name of names) {
          const end = await head(client);
          await client.query({
            name: 'insert-what-was-written',
            text: INSERT_WRITTEN,
            values: [name, ends.get(name), end],
          });
          ends.set(name, end);
        }
        await sleep(Math.max(0, 1_000 - (performance.now() - began)));
      }
    })();
    try {
      return await measure();
    } finally {
      isOver = true;
      await inserting;
    }
  });
}

/** Median milliseconds of a change, at a steady rate. */
async function steadily(server: Consuming, ids: readonly string[], milliseconds: number): Promise<number> {
  const times: number[] = [];
  const changing: Promise<void>[] = [];
  const began = performance.now();
  for (let index = 0; performance.now() - began < milliseconds; index += 1) {
    const change = async (): Promise<void> => {
      const asked = performance.now();
      const id = ids[Math.floor(Math.random() * ids.length)]!;
      await server.api('PATCH', `/products/${id}`, { basePrice: Math.round(1e7 * Math.random()) / 100 });
      times.push(performance.now() - asked);
    };
    changing.push(change());
    await sleep(Math.max(0, began + ((index + 1) * 1_000) / STEADY - performance.now()));
  }
  await Promise.all(changing);
  return median(times);
}
