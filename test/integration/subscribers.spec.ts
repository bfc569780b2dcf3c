import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { InventoryEvent, ProductEventType } from '../../src/contracts/index.js';
import { InventoryEventService } from '../../src/events/index.js';
import type { SubscriberStats } from '../../src/events/index.js';
import { ValidationFailedError } from '../../src/infra/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { append } from '../support/event-log.js';
import { aNewEvent, aPriceReport, aProduct, aVendor, contiguous, positionsOf } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { withClient } from '../support/with-client.js';

describe('registered subscribers', () => {
  let app: TestApp;
  let events: InventoryEventService;
  let start: number;

  beforeAll(async () => {
    app = await startApp();
    events = app.app.get(InventoryEventService);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    for (const { subscriberId } of (await events.getEventStats()).subscribers) events.unsubscribe(subscriberId);
    start = await settled();
  });

  /** Waits until all that was published has been delivered here; gives the position. */
  const settled = async (): Promise<number> => {
    await waitFor(
      async () => {
        const { backlog, lastPosition, deliveredPosition } = await events.getEventStats();
        return backlog === 0 && lastPosition === deliveredPosition;
      },
      { what: 'the log to be delivered' },
    );
    return events.cursor.position;
  };
  const publish = async (count: number, eventType: ProductEventType = 'price_changed'): Promise<void> => {
    // Some at a time: more than a few hundred that wait for the database are refused.
    for (let left = count; left > 0; left -= 100) {
      const some = Array.from({ length: Math.min(left, 100) }, () => aNewEvent({ eventType }));
      await Promise.all(some.map((event) => events.publishInventoryUpdate(event)));
    }
  };
  const statsOf = async (subscriberId: string): Promise<SubscriberStats | undefined> =>
    (await events.getEventStats()).subscribers.find((one) => one.subscriberId === subscriberId);
  const heard = (subscriberId: string): InventoryEvent[] => {
    const list: InventoryEvent[] = [];
    events.subscribe({ subscriberId, callback: (event) => void list.push(event) });
    return list;
  };

  it('get every later event once, in order', async () => {
    await publish(2);
    await settled();
    start += 2;
    const list = heard('all');
    await publish(30);
    await waitFor(() => list.length >= 30, { what: 'the events' });
    await settled();
    expect(positionsOf(list)).toEqual(contiguous(start, start + 30));
    expect(await statsOf('all')).toEqual({
      subscriberId: 'all',
      eventTypes: [],
      delivered: 30,
      failed: 0,
      queued: 0,
      lag: 0,
    });
  });

  it('fail for themselves only, and get the next event all the same', async () => {
    const list = heard('healthy');
    let calls = 0;
    events.subscribe({
      subscriberId: 'throws',
      callback: () => {
        calls += 1;
        if (calls % 2 === 1) throw new Error('no');
      },
    });
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- subscribers are anybody's code
    events.subscribe({ subscriberId: 'rejects', callback: () => Promise.reject() });
    await publish(10);
    await waitFor(async () => (await statsOf('rejects'))?.failed === 10, { what: 'the failures' });
    expect(await statsOf('throws')).toMatchObject({ delivered: 5, failed: 5, queued: 0, lag: 0 });
    expect(positionsOf(list)).toEqual(contiguous(start, start + 10));
    const { body } = await app.request<string>('GET', '/metrics');
    expect(body).toMatch(/inventory_subscriber_failures_total\{subscriber="rejects"\} 10/);
  });

  it('get an event with which they have failed once more, after the others', async () => {
    const list: number[] = [];
    let failed = false;
    events.subscribe({
      subscriberId: 'forgetful',
      callback: ({ position }) => {
        if (!failed) {
          failed = true;
          throw new Error('not now');
        }
        list.push(position);
      },
    });
    await publish(3);
    await waitFor(() => list.length === 3, { what: 'all three' });
    expect(list).toEqual([start + 2, start + 3, start + 1]);
    expect(await statsOf('forgetful')).toMatchObject({ delivered: 3, failed: 1, lag: 0 });
  });

  it('begin at a position or a time of the past, without a seam', async () => {
    await publish(5);
    await settled();
    const lists: Record<string, number[]> = { position: [], time: [] };
    const { occurredAt } = aNewEvent();
    for (const [subscriberId, startFrom] of [
      ['position', { position: start }],
      ['time', { time: occurredAt }],
    ] as const) {
      events.subscribe({
        subscriberId,
        startFrom,
        callback: ({ position }) => void lists[subscriberId]!.push(position),
      });
    }
    await publish(3);
    await waitFor(() => lists.position!.length === 8 && lists.time!.length === start + 8, { what: 'past and present' });
    expect(lists).toEqual({ position: contiguous(start, start + 8), time: contiguous(0, start + 8) });
  });

  it('delay nobody when they are slow, and lose nothing beyond what is kept in memory', async () => {
    const quick = heard('quick');
    const slow: InventoryEvent[] = [];
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    events.subscribe({
      subscriberId: 'slow',
      callback: async (event) => {
        slow.push(event);
        await held;
      },
    });
    const count = 2_600;
    await publish(count);
    await waitFor(() => quick.length >= count, { what: 'the quick one' });
    expect(positionsOf(slow)).toEqual([start + 1]);
    expect(await statsOf('slow')).toMatchObject({ delivered: 0, queued: 1_000, lag: count });
    expect(await statsOf('quick')).toMatchObject({ delivered: count, lag: 0 });
    goOn();
    await publish(5);
    await waitFor(() => slow.length >= count + 5, { what: 'the slow one' });
    expect(positionsOf(slow)).toEqual(contiguous(start, start + count + 5));
    await waitFor(async () => (await statsOf('slow'))?.lag === 0, { what: 'the lag to end' });
    expect(slow).toEqual(quick.slice(0, count + 5));
  });

  it('get the types they have asked for only, and count as up to date in between', async () => {
    const list: InventoryEvent[] = [];
    events.subscribe({
      subscriberId: 'picky',
      eventTypes: ['product_deleted', 'availability_changed'],
      callback: (event) => void list.push(event),
    });
    await publish(3);
    await publish(1, 'product_deleted');
    await publish(2, 'product_updated');
    await publish(1, 'availability_changed');
    await publish(1);
    await settled();
    await waitFor(() => list.length >= 2, { what: 'the events' });
    expect(list.map(({ eventType }) => eventType)).toEqual(['product_deleted', 'availability_changed']);
    expect(await statsOf('picky')).toMatchObject({ delivered: 2, queued: 0, lag: 0 });
  });

  it('get nothing more when they have unsubscribed, not even what waited', async () => {
    const list: InventoryEvent[] = [];
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    events.subscribe({
      subscriberId: 'leaving',
      callback: async (event) => {
        list.push(event);
        await held;
      },
    });
    const other = heard('staying');
    await publish(5);
    await waitFor(() => other.length >= 5, { what: 'the other one' });
    expect(events.unsubscribe('leaving')).toBe(true);
    expect(events.unsubscribe('leaving')).toBe(false);
    goOn();
    await publish(1);
    await waitFor(() => other.length >= 6, { what: 'the other one' });
    expect(positionsOf(list)).toEqual([start + 1]);
    expect(await statsOf('leaving')).toBeUndefined();
  });

  it('take the place of an older one under the same id', async () => {
    const [older, newer] = [heard('same'), heard('same')];
    await publish(2);
    await waitFor(() => newer.length >= 2, { what: 'the newer one' });
    expect(older).toEqual([]);
    expect((await events.getEventStats()).subscribers).toHaveLength(1);
  });

  it('who subscribe while an event is handed out get later ones only, also in place of themselves', async () => {
    const [replaced, joined] = [[] as InventoryEvent[], [] as InventoryEvent[]];
    const again = (event: InventoryEvent): void => {
      replaced.push(event);
      // Bounded, so that a failure is a failed expectation and not a stack overflow.
      if (replaced.length < 20) events.subscribe({ subscriberId: 'again', callback: again });
      if (replaced.length === 1) {
        events.subscribe({ subscriberId: 'joined', callback: (later) => void joined.push(later) });
      }
    };
    events.subscribe({ subscriberId: 'again', callback: again });
    await publish(3);
    await waitFor(() => joined.length >= 2, { what: 'the events' });
    await settled();
    expect(positionsOf(replaced)).toEqual(contiguous(start, start + 3));
    expect(positionsOf(joined)).toEqual(contiguous(start + 1, start + 3));
  });
});

describe('the events module’s front door', () => {
  let app: TestApp;
  let events: InventoryEventService;

  beforeAll(async () => {
    app = await startApp();
    events = app.app.get(InventoryEventService);
  });
  afterAll(() => app.close());

  const logged = async (): Promise<InventoryEvent[]> =>
    (await app.request<{ events: InventoryEvent[] }>('GET', '/api/events?limit=1000')).body.events;

  it('fills in what an update leaves out, and has it in the log when it resolves', async () => {
    const product = aProduct({ version: 4 });
    const { id: productId, vendorId, category } = product;
    await events.publishInventoryUpdate({ eventType: 'product_updated', productId, vendorId, category, product });
    const last = (await logged()).at(-1);
    expect(last).toMatchObject({ eventType: 'product_updated', productId, version: 4, changes: [], product });
    expect(last).toMatchObject({ region: 'local', epoch: events.cursor.epoch });
    expect(last?.eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(Math.abs(Date.now() - Date.parse(last!.occurredAt))).toBeLessThan(5_000);
  });

  it('rejects what is no event of the product, with the field at fault', async () => {
    const before = await logged();
    const sound = aNewEvent();
    const price = (oldValue: unknown) => ({ changes: [{ field: 'basePrice', oldValue, newValue: 24 }] });
    const product = (fields: object) => ({ product: { ...sound.product, ...fields } });
    const bad: [field: string, wrong: Record<string, unknown>][] = [
      ['eventType', { eventType: 'product_reserved' }],
      ['eventType', { eventType: undefined }],
      ['eventId', { eventId: 'not a uuid' }],
      ['productId', { productId: undefined }],
      ['productId', { productId: null }],
      ['productId', { productId: 'prd_other' }],
      ['vendorId', { vendorId: undefined }],
      ['vendorId', { vendorId: 'vnd_other' }],
      ['category', { category: null }],
      ['category', { category: 'fruit' }],
      ['version', { version: Number.MAX_SAFE_INTEGER }],
      ['version', { version: Number.NaN }],
      ['occurredAt', { occurredAt: 'yesterday, perhaps' }],
      ['occurredAt', { occurredAt: '2026-02-30T00:00:00.000Z' }],
      ['occurredAt', { occurredAt: new Date() }],
      ['correlationId', { correlationId: 'a NUL \u0000 inside' }],
      ['region', { region: '\ud800' }],
      ['eventType', { eventType: 'vendor_updated' }],
      ['eventType', { eventType: 'price_recorded' }],
      ['actor', { actor: { kind: 'nobody', id: 'x' } }],
      ['actor', { actor: { kind: 'library', id: 'a NUL \u0000 inside' } }],
      ['cause', { cause: { importId: 7 } }],
      ['observation', { observation: aPriceReport().observation }],
      ['vendor', { vendor: aVendor() }],
      ['colour', { colour: 'red' }],
      ['position', { position: 7 }],
      ['product', { product: undefined }],
      ['product', product({ basePrice: Number.NaN })],
      ['product', product({ basePrice: 24.005 })],
      ['product', product({ availability: 'sold' })],
      ['product', product({ updatedAt: '2026-01-05' })],
      ['product', product({ names: undefined })],
      ['product', product({ colour: 'red' })],
      ['changes', { changes: 'none' }],
      ['changes', { changes: [{ field: 'basePrice', newValue: 24 }] }],
      ['changes', { changes: [{ field: 'colour', oldValue: 'red', newValue: 'blue' }] }],
      ['changes', { changes: [{ field: 'updatedAt', oldValue: 'a', newValue: 'b' }] }],
      ['changes', price(Number.NaN)],
      ['changes', price('20')],
      ['changes', price(0.1 + 0.2)],
    ];
    for (const [field, wrong] of bad) {
      const published = events.publishInventoryUpdate({ ...sound, ...wrong });
      const error: unknown = await published.then(() => wrong).catch((refusal: unknown) => refusal);
      expect(error).toMatchObject({ code: 'validation_failed', fields: [{ field }] });
    }
    for (const nothing of [null, undefined, 'x', []]) {
      await expect(events.publishInventoryUpdate(nothing as never)).rejects.toThrow(ValidationFailedError);
    }
    expect(await logged()).toEqual(before);
  });

  it('rejects when the writer’s database refuses, and delivers nothing', async () => {
    const delivered: InventoryEvent[] = [];
    events.subscribe({ subscriberId: 'witness', callback: (event) => void delivered.push(event) });
    const refuse = `ADD CONSTRAINT refused CHECK (correlation_id <> 'refused')`;
    await withClient(app.database.url, (client) => client.query(`ALTER TABLE inventory_events ${refuse}`));
    await expect(events.publishInventoryUpdate(aNewEvent({ correlationId: 'refused' }))).rejects.toThrow(/refused/);
    await events.publishInventoryUpdate(aNewEvent({ correlationId: 'the next' }));
    await waitFor(() => delivered.length > 0, { what: 'the next event' });
    expect(delivered.map(({ correlationId }) => correlationId)).toEqual(['the next']);
  });

  it('tells what it has delivered', async () => {
    const before = await events.getEventStats();
    await events.publishInventoryUpdate(aNewEvent({ eventType: 'product_deleted' }));
    await waitFor(async () => (await events.getEventStats()).deliveredPosition > before.deliveredPosition, {
      what: 'the delivery',
    });
    const after = await events.getEventStats();
    expect(after).toMatchObject({ backlog: 0, leader: true, busConnected: true, epoch: before.epoch });
    expect(after.lastPosition).toBe(before.lastPosition + 1);
    expect(after.delivered.total).toBe(before.delivered.total + 1);
    expect(after.delivered.byType.product_deleted).toBe(before.delivered.byType.product_deleted + 1);
    expect((await app.request('GET', '/api/events/stats')).body).toEqual(after);
  });

  it('counts a type it doesn’t know, of a newer release, without spoiling the total', async () => {
    const { delivered } = await events.getEventStats();
    const unknown = aNewEvent({ eventType: 'product_reserved' as never });
    await withClient(app.database.url, (client) => append(client, [unknown]));
    await waitFor(async () => (await events.getEventStats()).delivered.total === delivered.total + 1, {
      what: 'the count',
    });
  });

  it('is one instance, known as long as the application runs', async () => {
    expect(InventoryEventService.getInstance()).toBe(events);
    const other = await startApp();
    expect(InventoryEventService.getInstance()).toBe(other.app.get(InventoryEventService));
    await other.close();
    expect(() => InventoryEventService.getInstance()).toThrow(/not running/);
  });
});
