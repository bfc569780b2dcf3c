import { withClient } from '../../test/support/with-client.js';
import { pick, randomOf } from '../hit-ratio/random.js';
import type { BenchRun } from '../support/bench-run.js';
import { type BenchResult, compare } from '../support/report.js';
import { alternate, type Rounds } from '../support/rounds.js';
import { LONG, PRODUCTS_OF_LOG, seedLog } from '../support/long-log.js';
import { searchOf, share, timesOf, untilProjected } from '../support/past.js';
import { productIds } from '../support/seed.js';

/** Requests of one measurement. */
const PRODUCTS_ASKED = 300;
const SEARCHES = 150;
/** How many times as long as at present the past may take. */
const REACH = 5;

/** What was known at random positions of a long log, beside the same of the present, by one client. */
export async function history(run: BenchRun): Promise<BenchResult> {
  const databaseUrl = await run.database(PRODUCTS_OF_LOG);
  const head = await seedLog(databaseUrl, LONG);
  const server = await run.server({ databaseUrl });
  const began = performance.now();
  await untilProjected(server, head);
  const fedPerSecond = Math.round(head / ((performance.now() - began) / 1_000));
  const bytes = await withClient(databaseUrl, async (client) => {
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query<{ table: string; bytes: number }>(`
      SELECT relname AS table, pg_total_relation_size(oid)::float8 AS bytes FROM pg_class
      WHERE relkind = 'r' AND (relname ~ '_(identities|versions?(_texts)?)_[0-9]+$' OR relname = 'inventory_events')`);
    return Object.fromEntries(rows.map((row) => [row.table, row.bytes]));
  });
  const random = randomOf(1);
  const ids = productIds(PRODUCTS_OF_LOG);
  const asOf = (): string => `asOf=${Math.ceil(head / 2 + (head / 2) * random())}`;
  const product = (): string => `/api/products/${pick(ids, random)}?`;
  const search = (): string => `/api/products/search?${searchOf(random)}&`;
  const parts: [string, () => string, number][] = [
    ['product as of', product, PRODUCTS_ASKED],
    ['search as of', search, SEARCHES],
  ];
  const rows = [];
  const details: Record<string, Rounds> = {};
  for (const [bench, path, count] of parts) {
    const past: number[] = [];
    details[bench] = await alternate(
      run.options.rounds,
      async () => {
        const times = await timesOf(server, count, () => `${path()}${asOf()}`);
        past.push(...times);
        return share(times, 0.99);
      },
      async () => share(await timesOf(server, count, () => `${path()}lang=hi`), 0.99),
    );
    rows.push(compare({ bench, unit: 'ms p99', rounds: details[bench], reach: REACH, better: 'lower' }));
    rows.push({ bench: `${bench}, all`, unit: 'ms p50', ours: share(past, 0.5) });
  }
  return { rows, details: { rounds: details, events: head, fedPerSecond, bytes } };
}
