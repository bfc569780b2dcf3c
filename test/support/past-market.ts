import type { FoundProducts, Vendor } from '../../src/contracts/index.js';
import { HEADER, importCsv } from './agmarknet.js';
import type { TestApp } from './app.js';
import { KnownWords } from '../../src/inventory/search/loosening/known-words.js';
import { createProduct, createVendor } from './builders.js';
import { waitFor } from './processes.js';
import { projectionState } from './projection-states.js';
import { runTraffic } from './traffic.js';
import { withClient } from './with-client.js';

/** Milliseconds. */
const STANDS_FOR = 1_800;
const STANDS_EVERY = 10_000;

export interface PastRun {
  writes: number;
  searches: number;
  seed: number;
  stands: boolean;
}

export type Pick1 = <Value>(values: readonly Value[]) => Value;

/** A search that was answered, what with, and at which position. */
export interface RecordedSearch {
  query: Record<string, string>;
  items: string;
  nextCursor: string | null;
  position: number;
}

const NAMES = ['Green Chilli', 'Dry Chillies', 'Red Onion', 'Potato', 'Coriander', 'Turmeric', 'Tomato', 'प्याज', 'తమాట'];
const STATES = ['Delhi', 'Goa', 'Kerala', 'DELHI', 'दिल्ली', 'Tamil Nadu'];
const MARKETS = ['Azadpur', 'आज़ादपुर', 'Azad Pur', 'Mapusa', 'Kochi'];
const DISTRICTS = ['North', 'Ernakulam', null];
const UNITS = ['kg', 'piece', 'quintal', 'dozen'];
/** What is asked for; `undefined`: nothing. Several goods are called mirch and dhania. */
const CHOICES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  q: [
    ...[
      undefined,
      undefined,
      undefined,
      'onion',
      'pyaz',
      'mirch',
      'dhania',
      'pot',
      'नाम',
      'red',
      '!!',
      'प्याज',
      'टमाटर',
    ],
    ...['வெங்காயம்', 'తమాట', 'green chilli', 'o', 'आल', 'ಅರಿಶಿನ', 'FAQ', 'tomato local'],
  ],
  category: [undefined, undefined, undefined, 'vegetables', 'fruits', 'spices'],
  state: [undefined, undefined, undefined, 'delhi', 'Goa', 'Kerala', 'दिल्ली', 'गोवा', 'தமிழ்நாடு'],
  district: [undefined, undefined, undefined, undefined, 'north', 'Ernakulam'],
  market: [undefined, undefined, undefined, undefined, 'Azadpur', 'आज़ादपुर', 'kochi', 'कोच्चि'],
  availability: [undefined, undefined, 'available', 'limited', 'out_of_stock'],
  sort: [undefined, 'relevance', 'price_asc', 'price_desc', 'newest'],
  per: [undefined, 'quintal', 'piece', 'dozen'],
  currency: [undefined, undefined, undefined, 'INR', 'NPR'],
  minPrice: [undefined, undefined, '100'],
  maxPrice: [undefined, undefined, '600', '5000'],
  lang: [undefined, 'hi', 'ta'],
  exact: ['true', 'true', undefined],
  limit: ['3', '10', '40'],
};

/**
 * Clients that write to a market, all kinds of changes, while others search: prices, stock, names, moves, deletions,
 * price files, vendors that are renamed and go elsewhere, and that may be the last of their place.
 */
export class PastMarket {
  readonly recorded: RecordedSearch[] = [];
  readonly vendors: Vendor[] = [];
  /** Pages that say that they are of no position, which aren't recorded. */
  unsettled = 0;
  /** Writes that were answered. */
  written = 0;
  private isOver = false;
  private products: string[] = [];

  constructor(
    private readonly apps: readonly TestApp[],
    private readonly random: Pick1,
  ) {}

  /** Until so many writes are made, and about so many searches recorded. @param stands whether the log does at times */
  async run({ writes, searches, seed, stands }: PastRun): Promise<void> {
    const [first] = this.apps as [TestApp];
    for (const [index, state] of STATES.entries()) {
      const [market, district] = [MARKETS[index % MARKETS.length]!, DISTRICTS[index % DISTRICTS.length]!];
      this.vendors.push(await createVendor(first, { state, market, district, names: { hi: `विक्रेता ${state}` } }));
    }
    // A spelling that is new is heard of within seconds, for which a page may be without it.
    for (const app of this.apps) await app.app.get(KnownWords).look();
    const made = NAMES.flatMap((name) => this.vendors.map(({ id }) => createProduct(first, { vendorId: id, name })));
    this.products = (await Promise.all(made)).map(({ id }) => id);
    const others = [
      this.renaming(),
      this.moving(),
      this.importing(),
      ...(stands ? [this.standing()] : []),
      ...[0, 1, 2, 3].map((one) => this.searching(one)),
    ];
    // A pace: as many searches as are asked for, while all is written.
    const rest = this.pacing(writes, searches);
    const traffic = { clients: 2, writes: Math.ceil(writes / 2) };
    const writers = this.vendors
      .slice(0, 2)
      .map(({ id }, index) => runTraffic(this.counted(), { ...traffic, vendorId: id, seed: seed + index * 10 }));
    await Promise.all(writers).finally(() => (this.isOver = true));
    await Promise.all([...others, rest]);
  }

  private share = 0;

  private async pacing(writes: number, searches: number): Promise<void> {
    while (!this.isOver) {
      this.share = searches * Math.min(1, this.written / writes);
      await pause(5);
    }
  }

  /** The same instances, whose writes are counted. */
  private counted(): TestApp[] {
    return this.apps.map((app) => ({
      ...app,
      request: async (...request: Parameters<TestApp['request']>) => {
        const answer = await app.request(...request);
        this.written += 1;
        return answer;
      },
    })) as TestApp[];
  }

  private async renaming(): Promise<void> {
    for (let step = 0; !this.isOver; step += 1) {
      const texts =
        step % 3 === 0 ? { variety: this.random(['Red', 'Local', null]), grade: this.random(['FAQ', null]) } : {};
      const change = {
        name: this.random(NAMES),
        unit: this.random(UNITS),
        currency: this.random(['INR', 'INR', 'NPR']),
      };
      const names = step % 2 === 0 ? { names: this.random([{ ta: 'வெங்காயம்' }, { hi: 'टमाटर' }, {}]) } : {};
      await this.change('PATCH', `/api/products/${this.random(this.products)}`, { ...change, ...texts, ...names });
      await pause(2);
    }
  }

  private async moving(): Promise<void> {
    for (let step = 0; !this.isOver; step += 1) {
      const place = { state: this.random(STATES), market: this.random(MARKETS), district: this.random(DISTRICTS) };
      const names = step % 2 === 0 ? { name: `Trader ${step}`, names: { hi: `व्यापारी ${step}` } } : {};
      await this.change('PATCH', `/api/vendors/${this.random(this.vendors).id}`, { ...place, ...names });
      await pause(10);
    }
  }

  private async importing(): Promise<void> {
    for (let day = 0; !this.isOver; day += 1) {
      const date = new Date(Date.UTC(2026, 0, 1 + (day % 200))).toISOString().slice(0, 10);
      const lines = ['Onion', 'Tomato', 'Potato'].map(
        (name, index) =>
          `${this.random(['Goa', 'Kerala'])},North,${this.random(MARKETS)},${name},Local,FAQ,${date},1,99999,${900 + ((day * 7 + index) % 400)}`,
      );
      const { status, body } = await importCsv(this.random(this.apps), `${[HEADER, ...lines].join('\n')}\n`);
      if (status !== 200 && status !== 201) throw new Error(`An import: ${status} ${JSON.stringify(body)}`);
      this.written += 1;
      await pause(50);
    }
  }

  /** For longer than a page waits for its position, no event gets one. */
  private async standing(): Promise<void> {
    await withClient(this.apps[0]!.database.url, async (client) => {
      while (!this.isOver) {
        await pause(500);
        await client.query('BEGIN');
        await client.query('SELECT lock_positions()');
        await pause(STANDS_FOR);
        await client.query('COMMIT');
        await pause(STANDS_EVERY);
      }
    });
  }

  private async change(method: string, path: string, body: object): Promise<void> {
    await this.random(this.apps).request(method, path, body);
    this.written += 1;
  }

  private async searching(index: number): Promise<void> {
    const app = this.apps[index % this.apps.length]!;
    while (!this.isOver) {
      if (this.recorded.length <= this.share) await this.search(app);
      else await pause(2);
    }
  }

  /** Up to three pages; those that were loosened are of what words mean today. */
  private async search(app: TestApp): Promise<void> {
    const query: Record<string, string> = {};
    for (const [name, values] of Object.entries(CHOICES)) {
      const value = this.random(values);
      if (value !== undefined) query[name] = value;
    }
    if (this.random([true, false, false, false])) query.vendorId = this.random(this.vendors).id;
    for (let pages = 0; pages < 3; pages += 1) {
      const page = await asked(app, query);
      if (page.interpretation.kind === 'loosened') return;
      const { nextCursor, position } = page;
      if (page.unsettled) this.unsettled += 1;
      else this.recorded.push({ query: { ...query }, items: JSON.stringify(page.items), nextCursor, position });
      if (nextCursor === null) return;
      query.cursor = nextCursor;
    }
  }

  /** Searches that are answered otherwise than then, by instances in turn. */
  async differing(apps: readonly TestApp[]): Promise<object[]> {
    const different: object[] = [];
    for (const [index, { query, items, nextCursor, position }] of this.recorded.entries()) {
      const again = await asked(apps[index % apps.length]!, { ...query, asOf: String(position) });
      const isSame = JSON.stringify(again.items) === items && again.nextCursor === nextCursor;
      if (isSame && again.position === position) continue;
      const then = (JSON.parse(items) as FoundProducts['items']).map(({ id, version }) => `${id} ${version}`);
      const now = again.items.map(({ id, version }) => `${id} ${version}`);
      different.push({ query, position, then, now, cursors: [nextCursor, again.nextCursor] });
    }
    return different;
  }
}

async function asked(app: TestApp, query: Record<string, string>): Promise<FoundProducts> {
  const path = `/api/products/search?${new URLSearchParams(query).toString()}`;
  const { status, body } = await app.request<FoundProducts>('GET', path);
  if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));

/** Makes the history of products anew from the log, and waits until searches are answered by it. */
export async function rebuildHistory(app: TestApp, timeoutMs: number): Promise<void> {
  const { status } = await app.request('POST', '/api/projections/product-history/rebuild');
  if (status !== 202) throw new Error(`The history is not made anew: ${status}`);
  const isLive = async (): Promise<boolean> => (await projectionState(app, 'product-history'))?.rebuilding === null;
  await waitFor(isLive, { timeoutMs, what: 'the history that is made anew' });
}
