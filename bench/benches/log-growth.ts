import { sealSegments } from '../../src/log-archive/index.js';
import { withClient } from '../../test/support/with-client.js';
import { pick, randomOf } from '../hit-ratio/random.js';
import type { BenchRun } from '../support/bench-run.js';
import { query, withoutIndexes } from '../support/database.js';
import { CHANGED, COLUMNS, LONG, type Past, PRODUCTS_OF_LOG, seedChanges, seedVendors } from '../support/long-log.js';
import { searchOf, timesOf, untilProjected } from '../support/past.js';
import { type BenchResult, rounded, type Row } from '../support/report.js';
import { median } from '../support/rounds.js';
import { sealPast } from '../support/sealed-past.js';
import { productIds, seedEvents } from '../support/seed.js';
import type { Server } from '../support/server.js';
import { relayed } from './relay.js';

/** 1,000,000 and 10,000,000 events, unless less is tried; all but the newest 1,000,000 have moved to segments. */
const SIZES = [LONG, 10 * LONG] as const;
const HOT = LONG;
/** More than a few batches, or there is nothing to be measured. */
const BACKLOG = Math.max(20_000, LONG / 20);
const REACH = 1.3;
const ASKED = 200;
/** Newest positions that are read again, and events of one page. */
const REPLAYED = LONG / 20;
const PAGE = 1_000;

const TEXTS: readonly string[] = ['name', 'names', 'description', 'variety', 'grade'];

/** Milliseconds, or microseconds per unit of work: what each thing costs beside one log. */
type Costs = Record<string, number>;

/** How costs grow with the log, of the same products: each at ten times the size, in parts of its own figure before. */
export async function logGrowth(run: BenchRun): Promise<BenchResult> {
  const costs: Costs[] = [];
  const seeding: Costs = {};
  for (const size of SIZES) {
    costs.push(
      await run.part(async () => {
        const databaseUrl = await run.database(PRODUCTS_OF_LOG);
        const began = performance.now();
        await seedPast(run, databaseUrl, size);
        seeding[size] = Math.round((performance.now() - began) / 1_000);
        return costsOf(run, databaseUrl);
      }),
    );
  }
  const [before, after] = costs as [Costs, Costs];
  const rows = Object.keys(after).map((name): Row => {
    const ratio = after[name]! / before[name]!;
    return {
      bench: `log growth, ${name}`,
      unit: name.includes('as of') || name.includes('history') ? 'ms' : 'µs each',
      [SIZES[0].toLocaleString('en')]: rounded(before[name]!),
      [SIZES[1].toLocaleString('en')]: rounded(after[name]!),
      ratio: rounded(ratio),
      reach: `≤ ${REACH}`,
      met: ratio <= REACH,
    };
  });
  return { rows, details: { secondsOfSeeding: seeding } };
}

/**
 * A server makes its projections of the creations; what they would be made of all other events is written as a whole.
 * (That of prices is left as it is: it has nothing of the past.)
 */
async function seedPast(run: BenchRun, databaseUrl: string, events: number): Promise<void> {
  const past = await seedVendors(databaseUrl, events);
  const { vendors, products } = past;
  await seedChanges(databaseUrl, past, 1, products);
  await run.part(async () => untilProjected(await run.server({ databaseUrl }), vendors + products));
  const cold = events - HOT;
  if (cold > 0) {
    await Promise.all([
      withClient(databaseUrl, (client) => sealPast(client, past, vendors + products, cold)),
      seedVersions(databaseUrl, past, events),
    ]);
    await query(databaseUrl, `SELECT setval('inventory_events_seq_seq', $1)`, [cold]);
    await seedChanges(databaseUrl, past, cold - vendors + 1, events - vendors);
  } else {
    await seedVersions(databaseUrl, past, events);
    await seedChanges(databaseUrl, past, products + 1, events - vendors);
  }
  await query(databaseUrl, 'UPDATE consumer_partitions SET position = $1', [events]);
  await withClient(databaseUrl, (client) => sealSegments(client));
  await query(databaseUrl, 'VACUUM ANALYZE');
}

/** All versions behind the creations, in the table that the server has made. */
async function seedVersions(databaseUrl: string, past: Past, events: number): Promise<void> {
  const { since, vendors, products } = past;
  const [build] = await query<{ id: number }>(
    databaseUrl,
    `SELECT id FROM projection_builds WHERE projection = 'product-history' AND status = 'live'`,
  );
  const table = `product_versions_${build!.id}`;
  const columns = [...COLUMNS.filter((column) => !TEXTS.includes(column)), 'dimension'];
  const insert = `
    INSERT INTO ${table} (from_position, to_position, text_id, ${columns.join(', ')})
    SELECT $3::bigint + i, CASE WHEN $3 + i + n.products <= $5::bigint THEN $3 + i + n.products END, created.text_id,
           ${columns.map((column) => `p.${column}`).join(', ')}
    ${CHANGED}
    JOIN texts_of_products created ON created.id = p.id`;
  await query(databaseUrl, `CREATE TABLE texts_of_products AS SELECT id, text_id FROM ${table}`);
  await query(databaseUrl, `UPDATE ${table} SET to_position = from_position + $1`, [products]);
  const url = new URL(databaseUrl);
  url.searchParams.set('options', '-c maintenance_work_mem=1GB -c work_mem=256MB');
  await withoutIndexes(url.href, table, () =>
    query(url.href, insert, [products + 1, events - vendors, vendors, since, events]),
  );
  await query(databaseUrl, 'DROP TABLE texts_of_products');
}

async function costsOf(run: BenchRun, databaseUrl: string): Promise<Costs> {
  const underLoad = await run.part(async () => {
    const server = await run.server({ databaseUrl });
    const past = await pastCosts(run, server);
    return { ...past, write: await writeCosts(run, server) };
  });
  const relay: number[] = [];
  for (let round = 0; round < Math.min(3, run.options.rounds); round += 1) {
    await seedEvents(databaseUrl, BACKLOG, false);
    relay.push(1e6 / (await relayed(run, { databaseUrl })));
  }
  return { ...underLoad, relay: median(relay) };
}

async function writeCosts(run: BenchRun, server: Server): Promise<number> {
  const work = { kind: 'patch', ids: productIds(PRODUCTS_OF_LOG), seed: 1, token: server.token } as const;
  const load = await (await run.httpLoad()).open('write', server.port, 64, work);
  await load.run(run.milliseconds);
  const rounds: number[] = [];
  for (let round = 0; round < run.options.rounds; round += 1) {
    rounds.push(1e6 / (await load.run(run.milliseconds)).perSecond);
    await server.settled();
  }
  return median(rounds);
}

/** Of the newest positions, half of those that both logs have in the table. */
async function pastCosts(run: BenchRun, server: Server): Promise<Costs> {
  const { lastPosition: head } = await server.api<{ lastPosition: number }>('GET', '/events?limit=1');
  const random = randomOf(1);
  const ids = productIds(PRODUCTS_OF_LOG);
  const position = (): number => Math.ceil(head - (HOT / 2) * random());
  const medianOf = async (path: () => string): Promise<number> => {
    await timesOf(server, ASKED, path);
    return median(await timesOf(server, ASKED * Math.min(3, run.options.rounds), path));
  };
  const replay: number[] = [];
  for (let round = -1; round < Math.min(3, run.options.rounds); round += 1) {
    const began = performance.now();
    for (let after = head - REPLAYED; after < head; after += PAGE) {
      await server.api('GET', `/events?after=${after}&limit=${PAGE}`);
    }
    if (round >= 0) replay.push(((performance.now() - began) * 1_000) / REPLAYED);
  }
  return {
    'product as of': await medianOf(() => `/api/products/${pick(ids, random)}?asOf=${position()}`),
    'search as of': await medianOf(() => `/api/products/search?${searchOf(random)}&asOf=${position()}`),
    history: await medianOf(() => `/api/products/${pick(ids, random)}/history?after=${position()}`),
    replay: median(replay),
  };
}
