import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  comparablePriceOf,
  type FoundProduct,
  type InventoryEvent,
  type Product,
  type ProductEvent,
} from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { type Instances, startTwoInstances } from '../support/instances.js';
import { ofProducts } from '../support/events.js';
import { groupBy } from '../../src/infra/index.js';
import { walk, wholeLog } from '../support/reading.js';
import { runTraffic, type Traffic } from '../support/traffic.js';

/** Of this run; write it in its place to have the same choices again. */
const SEED = Date.now() % 1_000_000;

interface Day {
  apps: TestApp[];
  close(): Promise<void>;
}

const ARRANGEMENTS: [string, () => Promise<Day>][] = [
  [
    'one instance',
    async () => {
      const app = await startApp();
      return { apps: [app], close: () => app.close() };
    },
  ],
  [
    'two instances',
    async () => {
      const instances: Instances = await startTwoInstances();
      return { apps: [instances.leader, instances.follower], close: () => instances.close() };
    },
  ],
];

describe.each(ARRANGEMENTS)(`2,000 writes of 16 clients to %s (seed ${SEED})`, (_what, start) => {
  let day: Day;
  let traffic: Traffic;
  let log: InventoryEvent[];
  let changes: ProductEvent[];
  let byProduct: Map<string, ProductEvent[]>;

  beforeAll(async () => {
    day = await start();
    const { id: vendorId } = await createVendor(day.apps[0]!);
    traffic = await runTraffic(day.apps, { vendorId, clients: 16, writes: 2_000, seed: SEED });
    log = await wholeLog(day.apps[0]!);
    changes = ofProducts(log);
    byProduct = groupBy(changes, ({ productId }) => productId);
  });
  afterAll(() => day.close());

  it('are answered as the contract says, and do not spare any kind', () => {
    expect(Object.keys(traffic.answers).filter((answer) => /[ ]5\d\d/.test(answer))).toEqual([]);
    expect(traffic.answers).toMatchObject({
      'POST 201': expect.any(Number),
      'POST 409': expect.any(Number),
      'PATCH 200': expect.any(Number),
      'PUT 200': expect.any(Number),
      'DELETE 204': expect.any(Number),
      'upsert 200 created': expect.any(Number),
      'upsert 200 updated': expect.any(Number),
      'bulk 200': expect.any(Number),
    });
  });

  it('leave a log without holes', () => {
    expect(log.map(({ position }) => position)).toEqual(log.map((_event, index) => index + 1));
    expect(new Set(log.map(({ eventId }) => eventId)).size).toBe(log.length);
  });

  it('give every product contiguous versions, in the order of the log', () => {
    for (const events of byProduct.values()) {
      const versions = [...new Set(events.map(({ version }) => version))];
      expect(versions).toEqual(versions.map((_version, index) => index + 1));
      expect(events.map(({ version }) => version)).toEqual(events.map(({ version }) => version).sort((a, b) => a - b));
      expect(events.filter(({ eventType }) => eventType === 'product_created')).toEqual(events.slice(0, 1));
    }
  });

  it('make every state follow from the one before', () => {
    for (const events of byProduct.values()) {
      let state = events[0]!.product;
      for (const [version, group] of groupBy(events.slice(1), (event) => event.version)) {
        const { product, eventType } = group[0]!;
        const fields = group.flatMap((event) => event.changes);
        for (const { field, oldValue, newValue } of fields) {
          expect([version, field, oldValue]).toEqual([version, field, state[field as keyof Product]]);
          expect(oldValue).not.toEqual(newValue);
        }
        const changed = Object.fromEntries(fields.map(({ field, newValue }) => [field, newValue]));
        const next = eventType === 'product_deleted' ? {} : { version, updatedAt: product.updatedAt };
        const expected = { ...state, ...changed, ...next };
        expect(product).toEqual({ ...expected, comparablePrice: comparablePriceOf(expected) });
        state = product;
      }
    }
  });

  it('lose no acknowledged update', () => {
    const written = changes.flatMap(({ eventType, product, changes: fields }) =>
      eventType === 'product_created'
        ? [product.basePrice]
        : fields.filter(({ field }) => field === 'basePrice').map(({ newValue }) => newValue as number),
    );
    expect(written.sort((a, b) => a - b)).toEqual(traffic.prices.sort((a, b) => a - b));
    const ended = changes.filter(({ eventType }) => eventType === 'product_deleted').map(({ productId }) => productId);
    expect(ended.sort()).toEqual(traffic.deleted.sort());
  });

  it('show every client a state that was', () => {
    const states = new Map(changes.map(({ productId, version, product }) => [`${productId} ${version}`, product]));
    for (const shown of traffic.acknowledged) expect(states.get(`${shown.id} ${shown.version}`)).toMatchObject(shown);
  });

  it('leave the products as the fold of the log', async () => {
    const last = [...byProduct.values()].map((events) => events.at(-1)!);
    const fold = last.filter(({ eventType }) => eventType !== 'product_deleted').map(({ product }) => product);
    for (const app of day.apps) {
      const found = await walk<FoundProduct>(app, '/api/products/search?limit=100');
      const stored = found.map(({ vendor: _vendor, pricePer: _pricePer, ...product }) => product);
      const byId = (a: Product, b: Product) => (a.id < b.id ? -1 : 1);
      expect(stored.sort(byId)).toEqual(fold.sort(byId));
    }
    expect(new Set(fold.map(({ sku }) => sku)).size).toBe(fold.length);
  });
});
