import type { ProductSort, ProjectionState } from '../../src/contracts/index.js';
import { entries } from '../../src/inventory/glossary/index.js';
import { PRODUCT_JSON } from '../../src/inventory/products/stored-product.sql.js';
import { waitFor } from '../../test/support/processes.js';
import { withClient } from '../../test/support/with-client.js';
import { pick, randomOf } from '../hit-ratio/random.js';
import { missQuery } from '../load/miss-searches.js';
import { type BenchRun, PRODUCTS } from '../support/bench-run.js';
import { type BenchResult, compare } from '../support/report.js';
import { alternate, type Rounds } from '../support/rounds.js';
import { productIds } from '../support/seed.js';
import type { Server } from '../support/server.js';

const EVENTS = 1_000_000;
const BATCH = 50_000;
/** Requests of one measurement. */
const PRODUCTS_ASKED = 300;
const SEARCHES = 150;
/** How many times as long as at present the past may take. */
const REACH = 5;

/** Each product is created, and then changes its price and version, in turn. */
const CHANGES = `
  INSERT INTO inventory_events (event_id, position, event_type, product_id, vendor_id, category, version, changes,
                                product, correlation_id, region, occurred_at)
  SELECT gen_random_uuid(), $3::bigint + i, CASE WHEN i <= n.products THEN 'product_created' ELSE 'price_changed' END,
         p.id, p.vendor_id, p.category, v.version, '[]',
         ((${PRODUCT_JSON})::jsonb || jsonb_build_object(
            'version', v.version, 'basePrice', round((10 ^ (1 + 3 * random()))::numeric, 2),
            'availability', (ARRAY['available', 'limited', 'out_of_stock'])[1 + (i + v.version) % 3]))::json,
         gen_random_uuid(), 'local', now()
  FROM generate_series($1::int, $2::int) AS i
  CROSS JOIN (SELECT count(*)::int AS products FROM products) n
  CROSS JOIN LATERAL (SELECT 1 + (i - 1) / n.products AS version) v
  JOIN products p ON p.id = 'prd_' || lpad(to_hex((i::bigint * 104729) % n.products + 1), 32, '0')
  ORDER BY i`;

const VENDORS = `
  INSERT INTO inventory_events (event_id, position, event_type, vendor_id, version, changes, vendor, correlation_id,
                                region, occurred_at)
  SELECT gen_random_uuid(), row_number() OVER (ORDER BY id), 'vendor_created', id, 1, '[]',
         json_build_object('id', id, 'name', name, 'names', names, 'market', market, 'district', district,
                           'state', state, 'languages', languages, 'version', 1, 'createdAt', created_at,
                           'updatedAt', updated_at),
         gen_random_uuid(), 'local', now()
  FROM vendors ORDER BY id`;

/** What was known at random positions of a long log, beside the same of the present, by one client. */
export async function history(run: BenchRun): Promise<BenchResult> {
  const databaseUrl = await run.database();
  const head = await seedHistory(databaseUrl);
  const server = await run.server({ databaseUrl });
  const began = performance.now();
  await waitFor(async () => (await stateOf(server))?.position === head, {
    timeoutMs: 1_800_000,
    everyMs: 250,
    what: 'the history',
  });
  const fedPerSecond = Math.round(head / ((performance.now() - began) / 1_000));
  const bytes = await withClient(databaseUrl, async (client) => {
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query<{ table: string; bytes: number }>(`
      SELECT relname AS table, pg_total_relation_size(oid)::float8 AS bytes FROM pg_class
      WHERE relkind = 'r' AND (relname ~ '_versions?(_texts)?_[0-9]+$' OR relname = 'inventory_events')`);
    return Object.fromEntries(rows.map((row) => [row.table, row.bytes]));
  });
  const random = randomOf(1);
  const ids = productIds(PRODUCTS);
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

/** Half of them by text; all with some filter, in some order. */
function searchOf(random: () => number): string {
  const { minPrice, maxPrice, ...query } = missQuery(random() < 0.5 ? 'text' : 'filters', random);
  if (random() < 0.3) delete query.category;
  if (random() < 0.5) delete query.availability;
  if (query.q === undefined && random() < 0.3) query.q = pick(entries, random).name.slice(0, 200);
  if (random() < 0.5) Object.assign(query, { minPrice, maxPrice });
  if (random() < 0.3) query.state = `State ${Math.floor(random() * 28)}`;
  query.sort = pick<ProductSort>(['relevance', 'newest', 'price_asc', 'price_desc'], random);
  query.exact = 'true';
  return new URLSearchParams(query as Record<string, string>).toString();
}

async function seedHistory(databaseUrl: string): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    await client.query(VENDORS);
    const { rows } = await client.query<{ vendors: number }>('SELECT count(*)::int AS vendors FROM vendors');
    const { vendors } = rows[0]!;
    for (let from = 1; from <= EVENTS; from += BATCH) {
      await client.query(CHANGES, [from, Math.min(EVENTS, from + BATCH - 1), vendors]);
    }
    await client.query('VACUUM ANALYZE inventory_events');
    return vendors + EVENTS;
  });
}

async function stateOf({ url, token }: Server): Promise<ProjectionState | undefined> {
  const answer = await fetch(`${url}/api/projections`, { headers: { authorization: `Bearer ${token}` } });
  const { projections } = (await answer.json()) as { projections: ProjectionState[] };
  return projections.find(({ name }) => name === 'product-history');
}

/** Milliseconds of each, one after the other. */
async function timesOf({ url }: Server, count: number, path: () => string): Promise<number[]> {
  const times: number[] = [];
  for (let done = 0; done < count; done += 1) {
    const began = performance.now();
    const one = path();
    const answer = await fetch(`${url}${one}`);
    await answer.arrayBuffer();
    if (!answer.ok && answer.status !== 404) throw new Error(`${one}: ${answer.status}`);
    times.push(performance.now() - began);
  }
  return times;
}

function share(times: readonly number[], part: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.floor(part * (sorted.length - 1))]!;
}
