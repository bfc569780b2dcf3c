import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { type InventoryEvent, withMarketFacts } from '../../src/contracts/index.js';
import { productSearch } from '../../src/search-cache/pages/cached-search.js';
import { RedisCacheStore } from '../../src/search-cache/redis/redis-cache-store.js';
import { scopesOfEvents } from '../../src/search-cache/scopes/scopes-of-events.js';
import { textScopes } from '../../src/inventory/text/text-scopes.js';
import type { BenchRun } from '../support/bench-run.js';
import { type BenchResult, compare } from '../support/report.js';
import { alternate, median } from '../support/rounds.js';

const PAGES = 10_000;
const OTHER_KEYS = 100_000;
const CATEGORIES = 50;
/** Pages of the category that the change is in; those that a scan must find and delete. */
const PAGES_OF_CATEGORY = PAGES / CATEGORIES;
const CHANGES = 100;
const FILLED_AT_ONCE = 100;

/**
 * One change with 10,000 cached pages and 100,000 other keys in Redis: renewing its scopes, beside what the
 * requirement's text suggests, which is to find the pages by pattern and delete them.
 */
export async function invalidate(run: BenchRun): Promise<BenchResult> {
  const at = await run.redis();
  const redis = new Redis({ host: at.host, port: at.port });
  run.defer(() => Promise.resolve(redis.disconnect()));
  const store = new RedisCacheStore(redis, () => ({ epoch: 'bench', channel: 'bench' }), PAGES * 2, 300);
  await fillStore(redis, store);
  const scopes = [...scopesOfEvents([priceChange()], textScopes)];
  const rounds = await alternate(
    run.options.rounds,
    async () => {
      const times: number[] = [];
      for (let change = 0; change < CHANGES; change += 1) {
        // Readers have made the tokens anew since the change before.
        await store.read(`reader-${change}`, scopes, null);
        times.push(await timed(() => store.invalidate(scopes)));
      }
      return median(times);
    },
    async () => {
      await addPatternPages(redis);
      return timed(() => deleteByPattern(redis, 'cache:product:category-7:*'));
    },
  );
  return {
    rows: [compare({ bench: 'invalidate', unit: 'ms', rounds, reach: 200, better: 'faster' })],
    details: { rounds, scopesOfChange: scopes.length, pages: PAGES, otherKeys: OTHER_KEYS },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function fillStore(redis: Redis, store: RedisCacheStore): Promise<void> {
  const other = redis.pipeline();
  for (let key = 0; key < OTHER_KEYS; key += 1) other.set(`session:${key}`, 'somebody else');
  await other.exec();
  const body = randomBytes(6_000);
  for (let from = 0; from < PAGES; from += FILLED_AT_ONCE) {
    await store.renewLease();
    await Promise.all(Array.from({ length: FILLED_AT_ONCE }, (_, index) => fillPage(store, from + index, body)));
  }
  const { entries } = await store.stats();
  if (entries !== PAGES) throw new Error(`${entries} pages are cached, not ${PAGES}`);
}

async function fillPage(store: RedisCacheStore, page: number, body: Buffer): Promise<void> {
  const { key, scopes, listing } = searchOf(page);
  const read = await store.read(key, scopes, listing);
  if (read.result === 'miss') await store.fill(key, { body, etag: `"${page}"` }, read.tokens, scopes);
}

const searchOf = (page: number) =>
  productSearch(
    { category: `category-${page % CATEGORIES}`, minPrice: page, per: 'quintal' },
    { limit: 20 },
    textScopes,
  );

/**
 * The pages as a cache without tokens would keep them: they differ in their keys. Only the deleted ones are written.
 */
async function addPatternPages(redis: Redis): Promise<void> {
  const pages = redis.pipeline();
  for (let page = 0; page < PAGES_OF_CATEGORY; page += 1) {
    pages.set(`cache:product:category-7:page-${page}`, 'x'.repeat(6_000));
  }
  await pages.exec();
}

async function deleteByPattern(redis: Redis, pattern: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    if (keys.length > 0) await redis.del(...keys);
    cursor = next;
  } while (cursor !== '0');
}

function priceChange(): InventoryEvent {
  const product = withMarketFacts({
    id: 'prd_1',
    vendorId: 'vnd_1',
    sku: 'lot-1',
    name: 'Onion',
    names: { hi: 'प्याज', ta: 'வெங்காயம்' },
    description: null,
    category: 'category-7',
    unit: 'quintal',
    basePrice: 1_200,
    currency: 'INR',
    availability: 'available',
    version: 2,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-02T00:00:00.000Z',
  });
  return {
    eventId: '01980000-0000-7000-8000-000000000000',
    epoch: '01980000-0000-7000-8000-000000000001',
    position: 1,
    eventType: 'price_changed',
    productId: product.id,
    vendorId: product.vendorId,
    category: product.category,
    version: product.version,
    changes: [{ field: 'basePrice', oldValue: 1_000, newValue: 1_200 }],
    product,
    cause: {},
    observation: null,
    correlationId: 'bench',
    region: 'local',
    occurredAt: product.updatedAt,
  };
}
