import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type InventoryEvent, keyOf } from '../../src/contracts/index.js';
import type { ConsumerContext, EventConsumerOptions } from '../../src/consumers/index.js';
import { ConsumerStore } from '../../src/consumers/store/consumer-store.js';
import { Failures } from '../../src/consumers/store/failures.js';
import { InventoryEventService } from '../../src/events/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { withConsumers } from '../support/consumers.js';
import { append } from '../support/event-log.js';
import { aNewEvent, newEvents } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { readLog } from '../support/reading.js';
import type { TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/with-client.js';

const COUNT = {
  name: 'test-count',
  text: `INSERT INTO handled (key, event_id, position) VALUES ($1, $2, $3)`,
};
const COUNT_ALL = {
  name: 'test-count-all',
  text: `INSERT INTO handled (key, event_id, position) SELECT * FROM unnest($1::text[], $2::uuid[], $3::bigint[])`,
};

/** G12: a durable consumer sees every event of its filter; an effect in SQL happens exactly once, in order per key. */
describe('consumers in the process', () => {
  let database: TestDatabase;
  let apps: TestApp[];

  beforeEach(async () => {
    database = await testDatabase();
    apps = [];
    await withClient(database.url, (client) =>
      client.query('CREATE TABLE handled (number bigserial, key text, event_id uuid, position bigint)'),
    );
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await database.drop();
  });

  const start = async (...consumers: Parameters<typeof withConsumers>[0]): Promise<TestApp> => {
    const app = await withConsumers(consumers, () => startApp({ database }));
    apps.push(app);
    return app;
  };
  const counter = (options: Partial<EventConsumerOptions> = {}) => ({
    name: 'counter',
    effect: 'sql' as const,
    ...options,
    handle: async (event: InventoryEvent, { sql }: ConsumerContext): Promise<void> => {
      await sql.query(COUNT, [keyOf(event), event.eventId, event.position]);
    },
    handleBatch: async (events: readonly InventoryEvent[], { sql }: ConsumerContext): Promise<void> => {
      const columns = [events.map(keyOf), events.map((one) => one.eventId), events.map((one) => one.position)];
      await sql.query(COUNT_ALL, columns);
    },
  });
  /** In the order in which they were handled. */
  const handled = () =>
    withClient(database.url, async (client) => {
      const text = `SELECT key, event_id AS "eventId", position::int FROM handled ORDER BY number`;
      return (await client.query<{ key: string; eventId: string; position: number }>(text)).rows;
    });
  const allHandled = async (app: TestApp, wanted: (event: InventoryEvent) => boolean = () => true): Promise<void> => {
    const expected = (await readLog(app)).filter(wanted).map(({ position }) => position);
    await waitFor(async () => (await handled()).length >= expected.length, { what: 'all events to be handled' });
    const rows = await handled();
    expect(rows.map(({ position }) => position).sort((a, b) => a - b)).toEqual(expected);
    const byKey = new Map<string, number[]>();
    for (const { key, position } of rows) byKey.set(key, [...(byKey.get(key) ?? []), position]);
    for (const positions of byKey.values()) expect(positions).toEqual([...positions].sort((a, b) => a - b));
  };
  const publish = (app: TestApp, ids: readonly string[], times = 1): Promise<unknown> =>
    Promise.all(
      Array.from({ length: times }, () =>
        Promise.all(
          ids.map((productId) => app.app.get(InventoryEventService).publishInventoryUpdate(aNewEvent({ productId }))),
        ),
      ),
    );
  const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `prd_${index}`);
  const owners = () =>
    withClient(database.url, async (client) => {
      const text = 'SELECT DISTINCT owner FROM consumer_partitions WHERE owner IS NOT NULL';
      return (await client.query<{ owner: string }>(text)).rows.map(({ owner }) => owner);
    });

  it('handle each event exactly once, in order, behind and at the head, over instances that come and go', async () => {
    const first = await start(counter());
    await withClient(database.url, (client) => append(client, newEvents(700)));
    await publish(first, ids(20), 4);
    const second = await start(counter());
    await publish(second, ids(20), 4);
    await waitFor(async () => (await owners()).length === 2, { what: 'both to own partitions' });
    const publishing = publish(second, ids(20), 4);
    apps = apps.filter((app) => app !== first);
    await first.close();
    await publishing;
    expect(await owners()).toHaveLength(1);
    await allHandled(second);
  });

  it('pass by what their filter skips, which no restart reads again', async () => {
    const wanted = { eventTypes: ['price_changed'] as const, categories: ['vegetables'] };
    const app = await start(counter(wanted));
    const onion = await createProduct(app, { category: 'vegetables' });
    const mango = await createProduct(app, { category: 'fruits' });
    for (const { id } of [onion, mango]) await app.request('PATCH', `/api/products/${id}`, { basePrice: 7 });
    await allHandled(app, ({ productId, eventType }) => productId === onion.id && eventType === 'price_changed');
    const { position } = (await readLog(app)).at(-1)!;
    const stored = () =>
      withClient(database.url, (client) =>
        client.query<{ position: number }>('SELECT DISTINCT position::int FROM consumer_partitions'),
      );
    await waitFor(async () => (await stored()).rows[0]!.position === position, { what: 'the checkpoints to move' });
    expect((await stored()).rows).toEqual([{ position }]);
  });

  it('skip nothing that commits late or out of order, nor stop at numbers that were burnt', async () => {
    const app = await start(counter());
    await withClient(database.url, async (slow) => {
      await slow.query('BEGIN');
      await append(slow, newEvents(2, { productId: 'prd_slow' }));
      await withClient(database.url, async (client) => {
        await client.query('BEGIN');
        await append(client, newEvents(3, { productId: 'prd_burnt' }));
        await client.query('ROLLBACK');
        await append(client, newEvents(3, { productId: 'prd_quick' }));
      });
      await waitFor(async () => (await handled()).length === 3, { what: 'what has committed' });
      await slow.query('COMMIT');
    });
    await allHandled(app);
    expect((await handled()).map(({ key }) => key)).toEqual([
      ...Array<string>(3).fill('prd_quick'),
      ...Array<string>(2).fill('prd_slow'),
    ]);
  });

  it.each([
    ['block', ['prd_3', 'prd_3', 'prd_3']],
    ['skip', ['prd_3', 'prd_3']],
  ] as const)('park what always fails, and stop no other product: %s', async (onFailure, waiting) => {
    let poison = '';
    let works = false;
    const consumer = counter({ onFailure, maxAttempts: 2 });
    const { handle } = consumer;
    const app = await start({
      ...consumer,
      handle: async (event, context) => {
        // What it did before it throws is undone.
        await handle(event, context);
        poison ||= event.productId === 'prd_3' ? event.eventId : '';
        if (event.eventId === poison && !works) throw new Error('poison');
      },
      handleBatch: (events) => Promise.reject(new Error(`not ${events.length} at once`)),
    });
    await publish(app, ids(8), 3);
    await waitFor(() => poison !== '', { what: 'the first attempt' });
    const log = await readLog(app);
    const rest = log.filter(
      ({ productId, eventId }) => productId !== 'prd_3' || (onFailure === 'skip' && eventId !== poison),
    );
    await waitFor(async () => (await handled()).length === rest.length, { what: 'all other events' });
    const failures = app.app.get(Failures);
    const parked = await waitFor(
      async () => {
        const found = await failures.parked('counter');
        return found.length > 0 ? found : undefined;
      },
      { what: 'the event to be parked' },
    );
    expect(parked).toMatchObject([{ eventId: poison, key: 'prd_3', attempts: 2, error: 'poison' }]);
    expect((await handled()).filter(({ key }) => key === 'prd_3')).toHaveLength(
      3 - waiting.length + (onFailure === 'skip' ? 1 : 0),
    );

    works = true;
    expect(await failures.retry('counter', poison)).toBe(true);
    if (onFailure === 'block') return allHandled(app);
    await waitFor(async () => (await handled()).length === log.length, { what: 'the retried event' });
  });

  it('go on behind an event that was dropped', async () => {
    let poison = '';
    const consumer = counter({ maxAttempts: 1 });
    const { handle } = consumer;
    const app = await start({
      ...consumer,
      handle: (event, context) => {
        poison ||= event.eventId;
        if (event.eventId === poison) throw new Error('poison');
        return handle(event, context);
      },
      handleBatch: () => Promise.reject(new Error('one by one')),
    });
    await publish(app, ['prd_1'], 3);
    const failures = app.app.get(Failures);
    await waitFor(async () => (await failures.parked('counter')).length === 1, { what: 'the event to be parked' });
    expect(await handled()).toEqual([]);
    expect(await failures.drop('counter', poison)).toBe(true);
    await allHandled(app, ({ eventId }) => eventId !== poison);
    expect(await failures.parked('counter')).toEqual([]);
  });

  it('handle all again, in order, after a seek to the beginning, and nothing while they are paused', async () => {
    const app = await start(counter());
    await withClient(database.url, (client) => append(client, newEvents(700)));
    await publish(app, ids(10), 2);
    await allHandled(app);
    const store = app.app.get(ConsumerStore);
    await store.setPaused('counter', true);
    await withClient(database.url, (client) => client.query('TRUNCATE handled'));
    await store.seek('counter', 'beginning');
    await publish(app, ids(3));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await handled()).toEqual([]);
    await store.setPaused('counter', false);
    await allHandled(app);
  });

  it('with other effects handle each event in order, and again only with its id', async () => {
    const seen: [string, number][] = [];
    let fails = true;
    const app = await start({
      name: 'mailer',
      effect: 'other',
      handle: async ({ eventId, productId }, { attempt }) => {
        await Promise.resolve();
        if (productId === 'prd_2' && fails) {
          fails = false;
          throw new Error('not now');
        }
        seen.push([eventId, attempt]);
      },
    });
    await publish(app, ids(5), 3);
    const log = await readLog(app);
    await waitFor(() => seen.length === log.length, { what: 'all events' });
    expect(new Set(seen.map(([eventId]) => eventId)).size).toBe(log.length);
    expect(seen.filter(([, attempt]) => attempt === 2)).toHaveLength(1);
    const order = (productId: string) =>
      log.filter((event) => event.productId === productId).map(({ eventId }) => eventId);
    for (const id of ids(5)) {
      expect(seen.map(([eventId]) => eventId).filter((eventId) => order(id).includes(eventId))).toEqual(order(id));
    }
  });
});
