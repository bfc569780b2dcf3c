import pg from 'pg';
import type { ProductFilters, ProductSort } from '../../src/contracts/index.js';
import { READ_SETTINGS } from '../../src/database/pipelined-read-pool.js';
import { setSettings } from '../../src/database/session/session-settings.js';
import { entries } from '../../src/inventory/glossary/index.js';
import { productSearchSql } from '../../src/inventory/search/planner/product-search.sql.js';
import { textQueryOf } from '../../src/inventory/text/text-query.js';
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

/** Of 28 states the common word is known in every other one. */
const someState = (random: () => number): string => `State ${2 * Math.floor(14 * random()) + 1}`;

const TEXTS: Record<string, (random: () => number) => ProductFilters> = {
  'common word': () => ({ q: COMMON_WORD }),
  'word of one in a hundred': () => ({ q: 'onion' }),
  'rare word': () => ({ q: RARE_WORD }),
  prefix: () => ({ q: 'to' }),
  'common word in a state': (random) => ({ q: COMMON_WORD, state: someState(random) }),
  'word of one in a hundred in a state': (random) => ({ q: 'onion', state: someState(random) }),
};
const SORTS: Record<string, ProductSort> = { price: 'price_asc', relevance: 'relevance' };
/** Of all words, that which takes longest in a catalogue whose products are each described in words of their own. */
const DEAREST = 'dearest commodity among texts of their own';
const DEAREST_QUERIES = 5;

/** Milliseconds, or microseconds per unit of work: what each thing costs at one size. */
type Costs = Record<string, number>;

/** How costs grow with the data: each at ten times the size, in parts of its own figure before. */
export async function growth(run: BenchRun): Promise<BenchResult> {
  const costs: Costs[] = [];
  for (const size of SIZES) costs.push(await run.part(() => costsAt(run, size)));
  const [small, middle, large] = costs as [Costs, Costs, Costs];
  const rows = Object.keys(large).map((name): Row => {
    const reach = isOfText(name) ? REACH_OF_TEXT : REACH;
    const ratio = large[name]! / middle[name]!;
    return {
      bench: `growth, ${name}`,
      unit: isOfText(name) ? 'ms' : 'µs each',
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

const isOfText = (name: string): boolean => [DEAREST, ...Object.keys(TEXTS)].some((text) => name.startsWith(text));

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
  return { ...underLoad, relay: median(relay), ...texts, ...(await run.part(() => dearestCosts(run, size))) };
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
  const search = await searcher(run, url);
  const costs: Costs = {};
  for (const [name, filters] of Object.entries(TEXTS)) {
    for (const [by, sort] of Object.entries(SORTS)) {
      costs[`${name} by ${by}`] = await search(filters, sort, TEXT_QUERIES);
    }
  }
  return costs;
}

async function dearestCosts(run: BenchRun, size: number): Promise<Costs> {
  const databaseUrl = await run.database(0);
  await seedProducts(databaseUrl, size, true);
  const search = await searcher(run, databaseUrl);
  const costs: Costs = {};
  for (const [by, sort] of Object.entries(SORTS)) {
    // Not what reading a table of a gigabyte for the first time costs.
    for (const { name: q } of entries) await search(() => ({ q }), sort, 2);
    const each: number[] = [];
    for (const { name: q } of entries) each.push(await search(() => ({ q }), sort, DEAREST_QUERIES));
    costs[`${DEAREST} by ${by}`] = Math.max(...each);
  }
  return costs;
}

type Search = (filters: (random: () => number) => ProductFilters, sort: ProductSort, times: number) => Promise<number>;

/** @returns tells the median milliseconds of a search that is made some times, after a warm-up */
async function searcher(run: BenchRun, url: string): Promise<Search> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(setSettings(READ_SETTINGS));
  run.defer(() => client.end());
  const random = randomOf(3);
  return async (filters, sort, queries) => {
    const times: number[] = [];
    for (let query = 0; query < queries; query += 1) {
      const some: ProductFilters = { ...filters(random), minPrice: 10 + Math.floor(random() * 20), per: 'quintal' };
      const { statement, values } = productSearchSql(some, { limit: 20, sort }, textQueryOf(some.q!));
      const began = performance.now();
      await client.query({ ...statement, values });
      times.push(performance.now() - began);
    }
    return median(times.slice(Math.floor(queries / 4)));
  };
}
