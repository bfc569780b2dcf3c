import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { EventLog } from '../../src/events/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';

describe('events that are copied for consumers', () => {
  let app: TestApp;
  let log: EventLog;
  let head: number;

  beforeAll(async () => {
    app = await startApp();
    log = app.app.get(EventLog);
    for (const name of ['Asha', 'It’s "Ravi" \\ {1,2}']) {
      const vendor = await createVendor(app, { name });
      for (const sku of ['a', 'b', 'c']) {
        const product = await createProduct(app, {
          vendorId: vendor.id,
          sku,
          name: 'प्याज़ "लाल"',
          names: { mr: 'कांदा' },
        });
        await app.request('PATCH', `/api/products/${product.id}`, { basePrice: 1234.5, availability: 'limited' });
      }
    }
    ({ position: head } = await log.head());
  });
  afterAll(() => app.close());

  const copied = async (indexes: number[], of: number, filter = {}): Promise<InventoryEvent[]> =>
    (await log.copyMatching({ after: 0, upTo: head }, filter, { indexes, of })).map(({ event }) => event);

  it('are what others read of the log, member by member, whether written, spread or compared', async () => {
    const read = await log.read(0, 1_000);
    expect(read.length).toBeGreaterThan(12);
    expect(JSON.stringify(await copied([0], 1))).toBe(JSON.stringify(read));
    expect((await copied([0], 1)).map((event) => ({ ...event }))).toEqual(read);
    expect(await copied([0], 1)).toEqual(read);
  });

  it('come each to one partition, together or alone', async () => {
    const read = await log.read(0, 1_000);
    const together = await log.copyMatching({ after: 0, upTo: head }, {}, { indexes: [0, 1, 2, 3], of: 4 });
    expect(together.map(({ event }) => event.position)).toEqual(read.map(({ position }) => position));
    for (const partition of [0, 1, 2, 3]) {
      const alone = await log.copyMatching({ after: 0, upTo: head }, {}, { indexes: [partition], of: 4 });
      const own = (events: typeof together) =>
        events
          .filter((one) => one.partition === partition)
          .map(({ position, bytes, event }) => ({ position, bytes, event }));
      expect(own(alone)).toEqual(own(together));
      // The one at the end shows how far the log was read.
      expect(alone.every((one) => one.partition === partition || one.event.position === head)).toBe(true);
    }
  });

  it('are of the filter, whose values may have any characters', async () => {
    const vendorIds = [`it's "one" \\ {1,2}`, (await log.read(0, 1))[0]!.vendorId];
    const expected = (await log.read(0, 1_000)).filter(
      ({ vendorId, position }) => vendorIds.includes(vendorId) || position === head,
    );
    expect(await copied([0], 1, { vendorIds })).toEqual(expected);
  });
});
