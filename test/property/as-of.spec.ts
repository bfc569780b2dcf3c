import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProducts, Vendor } from '../../src/contracts/index.js';
import { type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { moveEvents } from '../support/retention.js';
import { startAlone, startPair, type SearchApps } from '../support/search-apps.js';
import { runTraffic } from '../support/traffic.js';

/** Of this run; write it in its place to have the same choices again. */
const SEED = Date.now() % 1_000_000;
const SEARCHERS = 4;
const WRITES = 400;

const NAMES = ['Green Chilli', 'Dry Chillies', 'Red Onion', 'Potato', 'Coriander', 'Turmeric'];
const STATES = ['Delhi', 'Goa', 'Kerala'];
/** What is asked for; `undefined`: nothing. Several goods are called mirch and dhania. */
const CHOICES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  q: [undefined, undefined, 'onion', 'pyaz', 'mirch', 'dhania', 'pot', 'नाम', 'red', '!!'],
  category: [undefined, undefined, 'vegetables', 'fruits'],
  state: [undefined, undefined, ...STATES],
  availability: [undefined, undefined, 'available', 'limited'],
  sort: [undefined, 'relevance', 'price_asc', 'price_desc', 'newest'],
  per: [undefined, 'quintal', 'piece'],
  minPrice: [undefined, undefined, '100'],
  maxPrice: [undefined, undefined, '600'],
  lang: [undefined, 'hi'],
  limit: ['3', '10', '40'],
};

interface Recorded {
  query: Record<string, string>;
  items: string;
  page: FoundProducts;
}

const ARRANGEMENTS: [string, () => Promise<SearchApps>][] = [
  ['one instance', () => startAlone()],
  ['two instances', () => startPair()],
];

/** G14: what was answered at a position is answered again. */
describe.each(ARRANGEMENTS)(`searches among random writes to %s (seed ${SEED})`, (_what, start) => {
  let apps: SearchApps;
  const recorded: Recorded[] = [];

  beforeAll(async () => {
    apps = await start();
    const vendors: Vendor[] = [];
    for (const state of STATES)
      vendors.push(await createVendor(apps.first, { state, names: { hi: `विक्रेता ${state}` } }));
    const products = await Promise.all(
      NAMES.flatMap((name) => vendors.map(({ id }) => createProduct(apps.first, { vendorId: id, name }))),
    );
    let random = SEED;
    const pick = <Value>(values: readonly Value[]): Value => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff;
      return values[(random >> 8) % values.length]!;
    };
    let isOver = false;
    const everywhere = [apps.first, apps.other];
    const searching = Promise.all(
      Array.from({ length: SEARCHERS }, async (_none, index) => {
        while (!isOver) await search(everywhere[index % 2]!, pick);
      }),
    );
    const renaming = (async () => {
      while (!isOver) {
        const { id } = pick(products);
        await apps.other.request('PATCH', `/api/products/${id}`, { name: pick(NAMES), unit: pick(['kg', 'piece']) });
        await apps.first.request('PATCH', `/api/vendors/${pick(vendors).id}`, { state: pick(STATES) });
      }
    })();
    const traffic = { clients: 2, writes: WRITES / 2 };
    await Promise.all(
      vendors
        .slice(0, 2)
        .map(({ id }, index) => runTraffic(everywhere, { ...traffic, vendorId: id, seed: SEED + index * 10 })),
    );
    isOver = true;
    await Promise.all([searching, renaming]);
  }, 120_000);
  afterAll(() => apps.close());

  const search = async (app: TestApp, pick: <Value>(values: readonly Value[]) => Value): Promise<void> => {
    const query: Record<string, string> = { exact: 'true' };
    for (const [name, values] of Object.entries(CHOICES)) {
      const value = pick(values);
      if (value !== undefined) query[name] = value;
    }
    for (let pages = 0; pages < 2; pages += 1) {
      const page = await ask(app, query);
      recorded.push({ query: { ...query }, ...page });
      if (page.page.nextCursor === null) return;
      query.cursor = page.page.nextCursor;
    }
  };
  const ask = async (app: TestApp, query: Record<string, string>) => {
    const path = `/api/products/search?${new URLSearchParams(query).toString()}`;
    const { status, body } = await app.request<FoundProducts>('GET', path);
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return { items: JSON.stringify(body.items), page: body };
  };

  it('are answered again by their positions: the same items in the same order with the same fields', async () => {
    // On a busy machine a search may wait for its position.
    expect(recorded.length).toBeGreaterThan(80);
    expect(new Set(recorded.map(({ page }) => page.position)).size).toBeGreaterThan(30);
    const different: unknown[] = [];
    for (const { query, items, page } of recorded) {
      const again = await ask(apps.first, { ...query, asOf: String(page.position) });
      expect(again.page.position).toBe(page.position);
      const same = again.items === items && again.page.nextCursor === page.nextCursor;
      if (!same) different.push({ query, then: page.items.length, again: again.page.items.length, at: page.position });
    }
    expect(different).toEqual([]);
  }, 120_000);

  it('and again when the events of then have moved to segments', async () => {
    expect(await moveEvents(apps.first, { segment: 100, staying: 50 })).toBeGreaterThan(300);
    const different: unknown[] = [];
    for (const [index, { query, items, page }] of recorded.entries()) {
      const again = await ask(index % 2 ? apps.first : apps.other, { ...query, asOf: String(page.position) });
      if (again.items !== items || again.page.nextCursor !== page.nextCursor)
        different.push({ query, at: page.position });
    }
    expect(different).toEqual([]);
  }, 120_000);
});
