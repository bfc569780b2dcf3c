import { createInventoryClient, type InventoryClient } from '../../src/client/index.js';
import { AVAILABILITIES, type ProductFilters, type ProductSearchOptions } from '../../src/contracts/index.js';
import { waitFor } from '../../test/support/processes.js';
import type { BenchRun } from '../support/bench-run.js';
import { type BenchResult, rounded } from '../support/report.js';
import { productIds } from '../support/seed.js';
import type { Server } from '../support/server.js';

const CATALOGUE = 20_000;
const WRITERS = 4;
/** Of the changes; the others move a price by a tenth at most. As in `npm run demo`. */
const AVAILABILITY_SHARE = 0.08;
const REACH = 0.05;

type Query = ProductFilters & Partial<ProductSearchOptions>;

/** What pages show: some of them have to be asked for when a product comes or goes, which is counted beside. */
const SEARCHES: Record<string, Query> = {
  'the cheapest of a word': { q: 'aloo', lang: 'hi', sort: 'price_asc', limit: 5 },
  'the dearest of a word, available': { q: 'onion', availability: 'available', sort: 'price_desc', limit: 20 },
  'a word by relevance': { q: 'tomato', lang: 'ta' },
  'the cheapest of a category': { category: 'spices', sort: 'price_asc', limit: 20 },
  'the newest of a category within prices': { category: 'fruits', minPrice: 100, maxPrice: 5_000, per: 'quintal' },
  'a word in a state': { q: 'desi', state: 'State 7', sort: 'price_asc', limit: 20 },
};

interface Followed {
  requests: number;
  /** Requests whose page was another one: none of them could have been spared. */
  needed: number;
}

/**
 * Requests of live searches per change of a product, with changes all over the catalogue, nearly all of which are not
 * on the page. Nothing is put off (`interval`), so each request is one that an event has asked for.
 */
export async function liveSearch(run: BenchRun): Promise<BenchResult> {
  const server = await run.server({ databaseUrl: await run.database(CATALOGUE) });
  const ids = productIds(CATALOGUE);
  const rows = [];
  const details: Record<string, unknown> = {};
  for (const [name, query] of Object.entries(SEARCHES)) {
    const { followed, client, caughtUp } = await follow(server, query);
    const until = performance.now() + run.options.rounds * run.milliseconds;
    const changes = await Promise.all(Array.from({ length: WRITERS }, () => changeUntil(server, ids, until)));
    const total = changes.reduce((sum, count) => sum + count, 0);
    await server.settled();
    await caughtUp();
    client.close();
    const perChange = followed.requests / total;
    details[name] = { changes: total, ...followed };
    rows.push({
      bench: `live-search: ${name}`,
      unit: 'requests/change',
      ours: rounded(perChange),
      needed: rounded(followed.needed / total),
      changes: total,
      reach: `≤ ${REACH}`,
      met: perChange <= REACH,
    });
  }
  return { rows, details: { searches: SEARCHES, counts: details } };
}

async function follow(server: Server, query: Query) {
  const followed: Followed = { requests: 0, needed: 0 };
  let position = 0;
  const counting: typeof fetch = (...request) => {
    followed.requests += 1;
    return fetch(...request);
  };
  const client: InventoryClient = createInventoryClient({ url: server.url, fetch: counting });
  await client.subscribe({ type: 'general' }, (event) => void (position = event.position)).ready;
  const { sort, limit, ...filters } = query;
  const search = client.liveSearch(
    filters,
    (_page, { reason }) => void (reason === 'refetched' && (followed.needed += 1)),
    { interval: 1, ...(sort && { sort }), ...(limit !== undefined && { limit }) },
  );
  await waitFor(() => search.status === 'live', { what: 'the first page' });
  followed.requests = 0;
  const caughtUp = async (): Promise<void> => {
    const last = await server.settled();
    await waitFor(() => position >= last, { what: 'the last event' });
  };
  return { followed, client, caughtUp };
}

async function changeUntil(server: Server, ids: readonly string[], until: number): Promise<number> {
  let changes = 0;
  while (performance.now() < until) {
    const id = ids[Math.floor(Math.random() * ids.length)]!;
    const { basePrice } = await server.api<{ basePrice: number }>('GET', `/products/${id}`);
    const factor = 0.9 + 0.2 * Math.random();
    const change =
      Math.random() < AVAILABILITY_SHARE
        ? { availability: AVAILABILITIES[Math.floor(Math.random() * AVAILABILITIES.length)] }
        : { basePrice: Math.max(0.01, Math.round(basePrice * factor * 100) / 100) };
    await server.api('PATCH', `/products/${id}`, change);
    changes += 1;
  }
  return changes;
}
