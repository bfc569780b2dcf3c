import { describe, expect, it } from '@jest/globals';
import type { AuditedEvent, InventoryEvent } from '../../src/contracts/index.js';
import { LogRetention } from '../../src/events/retention/log-retention.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { moveEvents } from '../support/retention.js';

describe('how long events stay in the table', () => {
  const [DAY, HOUR] = [86_400_000, 3_600_000];

  it.each([
    ['without a setting: a day, and the newest million', {}, { keptFor: DAY, staying: 1_000_000, after: HOUR }],
    ['LOG_RETENTION=30', { LOG_RETENTION: '30' }, { keptFor: 30 * DAY, staying: 100_000, after: 0 }],
    ['LOG_RETENTION=2d', { LOG_RETENTION: '2d' }, { keptFor: 2 * DAY, staying: 100_000, after: 0 }],
  ])('%s', async (_what, env: Record<string, string>, expected) => {
    const database = await testDatabase();
    const app = await startApp({ database, env });
    expect(app.app.get(LogRetention)).toMatchObject(expected);
    await app.close();
    await database.drop();
  });
});

describe('events that are moving', () => {
  const [ITEMS, ROUNDS] = [100, 20];
  const HEAD = 1 + ITEMS * ROUNDS;

  it('are read by all who go through the log meanwhile, once and in order, and locked for a moment', async () => {
    const database = await testDatabase();
    const app = await startApp({ database });
    // Which nothing but its own reads tells that events have moved.
    const other = await startApp({ database });
    try {
      const { id } = await createVendor(app);
      for (let round = 1; round <= ROUNDS; round += 1) {
        const items = Array.from({ length: ITEMS }, (_none, item) => ({
          sku: `s${item}`,
          name: `P${item}`,
          category: 'fruits',
          basePrice: round,
        }));
        await app.request('PUT', `/api/vendors/${id}/inventory`, { items });
      }
      const { body: last } = await app.request<{ events: AuditedEvent[] }>('GET', `/api/events?after=${HEAD - 1}`);
      const { productId } = last.events[0]!;
      let isOver = false;
      let rounds = 0;
      const path = async (
        one: TestApp,
        start: string,
        limit: number,
        ordered: (events: InventoryEvent[]) => void,
      ): Promise<void> => {
        while (!isOver) {
          const all: InventoryEvent[] = [];
          for (let after = 0; after < HEAD;) {
            const url = `${start}after=${after}&limit=${limit}`;
            const { body } = await one.request<{ events: InventoryEvent[]; nextAfter: number | null }>('GET', url);
            all.push(...body.events);
            after = body.nextAfter ?? HEAD;
          }
          ordered(all);
          rounds += 1;
        }
      };
      const positions = (events: InventoryEvent[]) => events.map(({ position }) => position);
      const everything = Array.from({ length: HEAD }, (_none, index) => index + 1);
      const own: number[] = [];
      for (let after = 0; after < HEAD; after += 1_000) {
        const { body } = await app.request<{ events: AuditedEvent[] }>('GET', `/api/events?limit=1000&after=${after}`);
        own.push(...body.events.flatMap((event) => (event.productId === productId ? event.position : [])));
      }
      const reading = Promise.all([
        path(other, '/api/events?', 1_000, (events) => expect(positions(events)).toEqual(everything)),
        path(app, `/api/events?productId=${productId}&`, 7, (events) => expect(positions(events)).toEqual(own)),
        path(app, `/api/products/${productId}/history?`, 6, (events) => expect(positions(events)).toEqual(own)),
      ]);
      const moved = await moveEvents(app, { segment: 300, staying: 100 });
      expect(moved).toBeGreaterThan(1_500);
      expect(own).toHaveLength(ROUNDS);
      isOver = true;
      await reading;
      expect(rounds).toBeGreaterThan(5);
      const { body } = await app.request<string>('GET', '/metrics');
      const count = (le: string) =>
        Number(
          new RegExp(`inventory_log_deletion_seconds_bucket{le="${le.replace('+', '\\+')}"} (\\d+)`).exec(body)?.[1],
        );
      expect(count('+Inf')).toBeGreaterThanOrEqual(15);
      expect(count('0.01') / count('+Inf')).toBeGreaterThan(0.5);
    } finally {
      await other.close();
      await app.close();
      await database.drop();
    }
  }, 60_000);
});
