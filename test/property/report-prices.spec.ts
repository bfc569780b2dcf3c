import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type InventoryEvent, EVENT_TYPES, type Product } from '../../src/contracts/index.js';
import { InventoryEventService } from '../../src/events/index.js';
import type { Report, WriteOutcome } from '../../src/inventory/products/write/product-command.js';
import { ProductWriter } from '../../src/inventory/products/write/product-writer.js';
import { ReportExecutor } from '../../src/inventory/products/write/report-executor.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { wholeLog } from '../support/reading.js';
import { withClient } from '../support/with-client.js';

const SKUS = ['a', 'b', 'c'];
const RUNS = 40;

interface Step {
  sku: string;
  report: Report['report'];
  /** The vendor's own price of today, set before the report comes. */
  ownPrice: number | null;
}

const day = (index: number): string => new Date(Date.UTC(2026, 6, 1 + index * 20)).toISOString().slice(0, 10);
const price = fc.constantFrom(20, 25.5, 100, 125, 500, 2_500.25);
const arrivals = fc.option(
  fc.constantFrom({ quantity: 3.5, unit: 'quintal', kg: 350 }, { quantity: 2, unit: 'cart', kg: null }),
);
const report: fc.Arbitrary<Report['report']> = fc.record({
  day: fc.nat(5).map(day),
  min: fc.option(price),
  max: fc.option(price),
  modal: price,
  unit: fc.constantFrom('quintal', 'quintal', 'kg', 'crate'),
  currency: fc.constantFrom('INR', 'INR', 'INR', 'NPR'),
  arrivals,
  source: fc.constantFrom('agmarknet', 'a "file"'),
  flags: fc.constantFrom([], [], ['rounded' as const], ['contradictory' as const, 'rounded' as const]),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ sku: fc.constantFrom(...SKUS), report, ownPrice: fc.option(price, { freq: 8 }) }),
  { minLength: 1, maxLength: 12 },
);

/** What is taken in one statement does what is read and decided does (G10), event for event. */
describe('Price reports', () => {
  let app: TestApp;
  let writer: ProductWriter;
  const heard: InventoryEvent[] = [];

  beforeAll(async () => {
    app = await startApp({ env: { MARKET_TIMEZONE: 'Asia/Kolkata' } });
    writer = app.app.get(ProductWriter);
    app.app.get(InventoryEventService).subscribe({
      subscriberId: 'test',
      eventTypes: [...EVENT_TYPES],
      callback: (event) => void heard.push(event),
    });
  });
  afterAll(() => app.close());

  const commandOf = (vendorId: string, { sku, report }: Step): Report => ({
    kind: 'report',
    vendorId,
    sku,
    report,
    create: { name: 'Onion', category: 'vegetables' },
  });

  async function vendorWithProducts(): Promise<string> {
    const { id } = await createVendor(app);
    const items = SKUS.map((sku, index) => ({
      sku,
      name: 'Onion',
      category: 'vegetables',
      basePrice: 20,
      pricedOn: day(index),
      unit: ['quintal', 'kg', 'crate'][index],
      unitWeightKg: sku === 'c' ? 12.5 : null,
    }));
    const { body } = await app.request('PUT', `/api/vendors/${id}/inventory`, { items });
    expect((body.results as { status: string }[]).map(({ status }) => status)).toEqual([
      'created',
      'created',
      'created',
    ]);
    return id;
  }

  /** Writes all steps, those next to each other of different products in one batch. */
  async function play(vendorId: string, given: readonly Step[]): Promise<WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    let batch: Step[] = [];
    const send = async (): Promise<void> => {
      outcomes.push(...(await writer.write(batch.map((step) => commandOf(vendorId, step)))));
      batch = [];
    };
    for (const step of given) {
      if (step.ownPrice !== null || batch.some(({ sku }) => sku === step.sku)) await send();
      if (step.ownPrice !== null) {
        const items = [{ sku: step.sku, basePrice: step.ownPrice }];
        await app.request('PUT', `/api/vendors/${vendorId}/inventory`, { items });
      }
      batch.push(step);
    }
    await send();
    return outcomes;
  }

  const withoutIdentity = ({
    id: _id,
    vendorId: _vendor,
    createdAt: _created,
    updatedAt: _updated,
    ...rest
  }: Product) => rest;

  async function stateOf(vendorId: string) {
    const log = (await wholeLog(app)).filter((event) => event.vendorId === vendorId && event.productId !== null);
    const skuOf = new Map(log.flatMap(({ product }) => (product ? [[product.id, product.sku]] : [])));
    const { rows: products } = await withClient(app.database.url, (client) =>
      client.query<Record<string, unknown>>(
        `SELECT sku, version, base_price, min_price, max_price, unit, currency, priced_on::text, dimension, comparable_price
         FROM products WHERE vendor_id = $1 ORDER BY sku`,
        [vendorId],
      ),
    );
    const { rows: reports } = await withClient(app.database.url, (client) =>
      client.query<Record<string, unknown>>(
        `SELECT p.sku, r.day::text, r.revision, r.min, r.max, r.modal, r.unit, r.currency, r.arrivals_quantity,
                r.arrivals_unit, r.arrivals_kg, r.source, r.flags, e.event_type, e.version
         FROM market_prices r JOIN products p ON p.id = r.product_id JOIN inventory_events e ON e.seq = r.event_seq
         WHERE p.vendor_id = $1 ORDER BY p.sku, r.day, r.revision`,
        [vendorId],
      ),
    );
    const events = log
      .map(({ eventType, productId, version, changes, observation, product, cause, category }) => ({
        sku: skuOf.get(productId!),
        ...{ eventType, version, changes, observation, cause, category },
        product: product && withoutIdentity(product),
      }))
      .sort((one, other) => (one.sku! < other.sku! ? -1 : one.sku! > other.sku! ? 1 : one.version - other.version));
    return { products, reports, events };
  }

  const outcomesOf = (outcomes: readonly WriteOutcome[]) =>
    outcomes.map((outcome) =>
      outcome.status === 'rejected' ? outcome : { ...outcome, product: withoutIdentity(outcome.product) },
    );

  it('taken at once leave the same products, prices, events and outcomes as those that are read and decided', async () => {
    const executor = app.app.get(ReportExecutor);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the instance
    const { execute } = ReportExecutor.prototype;
    let taken = 0;
    const atOnce: typeof execute = async (updates, outcomes, ...rest) => {
      await execute.call(executor, updates, outcomes, ...rest);
      taken += outcomes.filter((outcome) => outcome !== undefined).length;
    };
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const [one, other] = [await vendorWithProducts(), await vendorWithProducts()];
        executor.execute = atOnce;
        const quick = await play(one, given);
        // Does nothing: all is left to the general way.
        executor.execute = () => Promise.resolve();
        const general = await play(other, given);
        expect(outcomesOf(quick)).toEqual(outcomesOf(general));
        expect(await stateOf(one)).toEqual(await stateOf(other));
      }),
      { numRuns: RUNS },
    );
    executor.execute = atOnce;
    expect(taken).toBeGreaterThan(RUNS);
    const log = await wholeLog(app);
    await waitFor(() => heard.length >= log.length, { what: 'all events to be delivered' });
    expect(heard).toEqual(log);
  });
});
