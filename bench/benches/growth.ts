import pg from 'pg';
import type { ProductFilters, ProductSort } from '../../src/contracts/index.js';
import { PLAN_ONCE } from '../../src/infra/postgres/read-pipelines.js';
import { productSearchSql } from '../../src/inventory/search/product-search.sql.js';
import { textQueryOf } from '../../src/inventory/search/text/text-query.js';
import { randomOf } from '../hit-ratio/random.js';
import type { HttpWork } from '../load/http-work.js';
import type { BenchRun } from '../support/bench-run.js';
import { type BenchResult, rounded, type Row } from '../support/report.js';
import { median } from '../support/rounds.js';
import { COMMON_WORD, productIds, RARE_WORD, seedEvents, seedProducts } from '../support/seed.js';
import type { Server } from '../support/server.js';
import { relayed } from './relay.js';

/** Products, and as many past events. */
const SIZES = [10_000, 100_000, 1_000_000] as const;
const BACKLOG = 50_000;
const REACH = 1.5;
/** √10: what a search by an index that has to look at more rows may cost. */
const REACH_OF_TEXT = 3.2;
const TEXT_QUERIES = 40;

const TEXTS: Record<string, { q: string; sort: ProductSort }> = {
  'common word by price': { q: COMMON_WORD, sort: 'price_asc' },
  'common word by relevance': { q: COMMON_WORD, sort: 'relevance' },
  'word of one in a hundred by price': { q: 'onion', sort: 'price_asc' },
  'word of one in a hundred by relevance': { q: 'onion', sort: 'relevance' },
  'rare word by price': { q: RARE_WORD, sort: 'price_asc' },
  'rare word by relevance': { q: RARE_WORD, sort: 'relevance' },
  'prefix by price': { q: 'to', sort: 'price_asc' },
  'prefix by relevance': { q: 'to', sort: 'relevance' },
};

/** Milliseconds, or microseconds per unit of work: what each thing costs at one size. */
type Costs = Record<string, number>;

/** How costs grow with the data: each at ten times the size, in parts of its own figure before. */
export async function growth(run: BenchRun): Promise<BenchResult> {
  const costs: Costs[] = [];
  for (const size of SIZES) costs.push(await run.part(() => costsAt(run, size)));
  const [small, middle, large] = costs as [Costs, Costs, Costs];
  const rows = Object.keys(large).map((name): Row => {
    const reach = name in TEXTS ? REACH_OF_TEXT : REACH;
    const ratio = large[name]! / middle[name]!;
    return {
      bench: `growth, ${name}`,
      unit: name in TEXTS ? 'ms' : 'µs each',
      '10,000': rounded(small[name]!),
      '100,000': rounded(middle[name]!),
      '1,000,000': rounded(large[name]!),
      ratio: rounded(ratio),
      reach: `≤ ${reach}`,
      met: ratio <= reach,
    };
  });
  return { rows };
}

async function costsAt(run: BenchRun, size: number): Promise<Costs> {
  const databaseUrl = await run.database(0);
  await seedProducts(databaseUrl, size);
  await seedEvents(databaseUrl, size, true);
  const texts = await textCosts(run, databaseUrl);
  const underLoad = await run.part(async () => loadCosts(run, await run.server({ databaseUrl }), size));
  await seedEvents(databaseUrl, BACKLOG, false);
  const relay: number[] = [];
  for (let round = 0; round < Math.min(3, run.options.rounds); round += 1) {
    relay.push(1e6 / (await relayed(run, { databaseUrl })));
    await seedEvents(databaseUrl, BACKLOG, false);
  }
  return { ...underLoad, relay: median(relay), ...texts };
}

async function loadCosts(run: BenchRun, server: Server, size: number): Promise<Costs> {
  const { token } = server;
  const works: Record<string, { connections: number; work: HttpWork }> = {
    write: { connections: 64, work: { kind: 'patch', ids: productIds(size), seed: 1, token } },
    miss: { connections: 32, work: { kind: 'miss', shape: 'filters', seed: 1, token } },
    hit: { connections: 32, work: { kind: 'get', paths: ['/api/products/search?category=spices'], token } },
  };
  const http = await run.httpLoad();
  const costs: Costs = {};
  for (const [name, { connections, work }] of Object.entries(works)) {
    const load = await http.open(name, server.port, connections, work);
    await load.run(run.milliseconds);
    const rounds: number[] = [];
    for (let round = 0; round < run.options.rounds; round += 1) {
      rounds.push(1e6 / (await load.run(run.milliseconds)).perSecond);
      await server.settled();
    }
    costs[name] = median(rounds);
  }
  return costs;
}

/** The product's own statements on one connection, with filters that change nothing but the values. */
async function textCosts(run: BenchRun, url: string): Promise<Costs> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(PLAN_ONCE);
  run.defer(() => client.end());
  const random = randomOf(3);
  const costs: Costs = {};
  for (const [name, { q, sort }] of Object.entries(TEXTS)) {
    const times: number[] = [];
    for (let query = 0; query < TEXT_QUERIES; query += 1) {
      const filters: ProductFilters = { q, minPrice: 10 + Math.floor(random() * 20) };
      const { statement, values } = productSearchSql(filters, { limit: 20, sort }, textQueryOf(q));
      const began = performance.now();
      await client.query({ ...statement, values });
      times.push(performance.now() - began);
    }
    costs[name] = median(times.slice(TEXT_QUERIES / 4));
  }
  return costs;
}
