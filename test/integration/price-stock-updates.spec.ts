import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type InventoryEvent, EVENT_TYPES } from '../../src/contracts/index.js';
import { InventoryEventService, Relay } from '../../src/events/index.js';
import { InlineSequencing } from '../../src/events/commit/inline-sequencing.js';
import { InventoryService } from '../../src/inventory/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { append } from '../support/event-log.js';
import { aNewEvent } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { wholeLog } from '../support/reading.js';
import { withClient } from '../support/with-client.js';

/** Changes of price and availability on the leading instance have their positions when they are acknowledged. */
describe('offers on the leading instance', () => {
  let app: TestApp;
  let other: pg.Client;
  const heard: InventoryEvent[] = [];

  beforeAll(async () => {
    app = await startApp();
    other = new pg.Client({ connectionString: app.database.url });
    await other.connect();
    app.app.get(InventoryEventService).subscribe({
      subscriberId: 'test',
      eventTypes: [...EVENT_TYPES],
      callback: (event) => void heard.push(event),
    });
  });
  afterAll(async () => {
    await other.end();
    await app.close();
  });

  const patch = (id: string, body: object) => app.request('PATCH', `/api/products/${id}`, body);

  it('are in the log, with their positions, in the transaction that changed the product', async () => {
    const products = await Promise.all(Array.from({ length: 8 }, () => createProduct(app, { basePrice: 1 })));
    await wholeLog(app);
    for (let step = 1; step <= 5; step += 1) {
      const body = {
        basePrice: 10 * step,
        ...(step % 2 === 1 && { availability: step === 1 ? 'limited' : 'available' }),
      };
      await Promise.all(products.map(({ id }) => patch(id, body)));
    }
    const { rows } = await other.query<{ apart: number; own: number }>(
      `SELECT count(*) FILTER (WHERE e.xmin <> p.xmin)::int AS apart, count(*)::int AS own
       FROM products p JOIN inventory_events e ON e.product_id = p.id AND e.version = p.version`,
    );
    expect(rows[0]!.own).toBeGreaterThanOrEqual(8);
    // The leader's upkeep, twice a second, sends some the usual way.
    expect(rows[0]!.apart).toBeLessThan(rows[0]!.own);
    const log = await wholeLog(app);
    await waitFor(() => heard.length >= log.length, { what: 'all events to be delivered' });
    expect(heard).toEqual(log);
  });

  it('say what became of each, in one batch', async () => {
    const [one, two, three] = await Promise.all(
      ['available', 'limited', 'available'].map((availability) => createProduct(app, { availability, basePrice: 5 })),
    );
    const updates = [one!.id, 'prd_gone', two!.id, three!.id].map((productId) => ({
      productId,
      availability: 'limited',
    }));
    const { body } = await app.request('POST', '/api/products/bulk-availability', { updates });
    expect(body.results).toEqual([
      { productId: one!.id, status: 'updated', version: 2 },
      { productId: 'prd_gone', status: 'not_found' },
      { productId: two!.id, status: 'unchanged', version: 1 },
      { productId: three!.id, status: 'updated', version: 2 },
    ]);
    const answers = await Promise.all([
      app.request('PATCH', `/api/products/${one!.id}`, { basePrice: 6 }, { 'if-match': '"1"' }),
      app.request('PATCH', `/api/products/${two!.id}`, { basePrice: 6 }, { 'if-match': '"1"' }),
      patch('prd_gone', { basePrice: 6 }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([412, 200, 404]);
  });

  it('are done, and seen, though the leader is cut off meanwhile', async () => {
    const { id: vendorId } = await createVendor(app);
    const products = await Promise.all(
      Array.from({ length: 10 }, () => createProduct(app, { vendorId, basePrice: 1 })),
    );
    const search = `/api/products/search?vendorId=${vendorId}&limit=100`;
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'mandi-inventory-sync relay'`;
    for (let price = 2; price <= 16; price += 1) {
      await app.request('GET', search);
      const [, ...answers] = await Promise.all([
        other.query(cut),
        ...products.map(({ id }) => patch(id, { basePrice: price })),
      ]);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const { body } = await app.request('GET', search);
      const found = new Map(
        (body.items as { id: string; basePrice: number }[]).map((item) => [item.id, item.basePrice]),
      );
      expect(products.map(({ id }) => found.get(id))).toEqual(products.map(() => price));
      await waitFor(() => app.app.get(Relay).leading, { what: 'the lead' });
    }
    const log = await wholeLog(app);
    const ids = new Set(products.map(({ id }) => id));
    expect(log.filter(({ productId, eventType }) => ids.has(productId) && eventType === 'price_changed')).toHaveLength(
      150,
    );
    await waitFor(() => heard.length >= log.length, { what: 'all events to be delivered' });
    expect(heard).toEqual(log);
  });

  it('are seen when they are acknowledged, though they were done and only the answer was lost', async () => {
    const product = await createProduct(app, { basePrice: 1 });
    const search = `/api/products/search?vendorId=${product.vendorId}`;
    const appends = app.app.get(InlineSequencing);
    const send = appends.send.bind(appends);
    let lost = 0;
    appends.send = async (...statement: Parameters<typeof send>) => {
      const sent = await send(...statement);
      if (!sent) return sent;
      const rows = sent.rows.bind(sent);
      sent.rows = async () => {
        lost += Number((await rows()) !== null);
        throw new Error('Connection terminated unexpectedly');
      };
      return sent as never;
    };
    try {
      for (let price = 2; price <= 6; price += 1) {
        await app.request('GET', search);
        expect((await patch(product.id, { basePrice: price })).status).toBe(200);
        const { body } = await app.request('GET', search);
        expect(body.items).toMatchObject([{ basePrice: price, version: price }]);
      }
      expect(lost).toBeGreaterThan(0);
      // Who expects a version would be told of a mismatch with what the write itself has made.
      const before = lost;
      const expecting = app.app
        .get(InventoryService)
        .updateProduct(product.id, { basePrice: 9 }, { expectedVersion: 6 });
      const failed = await expecting.then(
        () => false,
        (error: unknown) => String(error).includes('Connection terminated'),
      );
      expect(failed).toBe(lost > before);
    } finally {
      appends.send = send;
    }
    const log = await wholeLog(app);
    await waitFor(() => heard.length >= log.length, { what: 'all events to be delivered' });
    expect(heard).toEqual(log);
  });

  it('wait for a product that somebody keeps locked, but the sequencing does not', async () => {
    const locked = await createProduct(app);
    await other.query('BEGIN');
    await other.query('SELECT FROM products WHERE id = $1 FOR UPDATE', [locked.id]);
    let done = false;
    const blocked = patch(locked.id, { basePrice: 7 }).finally(() => (done = true));
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                     AND application_name = 'mandi-inventory-sync'`;
    await waitFor(async () => (await other.query(waiting)).rowCount, {
      what: 'the write to wait on its own connection',
    });
    const elsewhere = aNewEvent();
    await withClient(app.database.url, (client) => append(client, [elsewhere]));
    const sequenced = (await wholeLog(app)).map(({ eventId }) => eventId);
    expect([sequenced.includes(elsewhere.eventId), done]).toEqual([true, false]);
    await other.query('COMMIT');
    expect(await blocked).toMatchObject({ status: 200, body: { basePrice: 7, version: 2 } });
  });
});
