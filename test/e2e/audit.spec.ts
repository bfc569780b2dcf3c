import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { AuditedEvent, Page, Product, Vendor } from '../../src/contracts/index.js';
import { AuditLog } from '../../src/events/audit/audit-log.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { operationOf } from '../support/openapi/document.js';
import { expectProblem } from '../support/problems.js';

type AuditPage = Page<AuditedEvent>;

describe('the audit', () => {
  let app: TestApp;
  let client: pg.Client;
  let asha: Vendor;
  let onion: Product;

  const audit = async (query: string): Promise<AuditPage> => {
    const { status, body } = await app.request<AuditPage>('GET', `/api/audit?${query}`);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  };
  const file = (accept: string, query = '') => app.request<string>('GET', `/api/audit?${query}`, undefined, { accept });
  const types = ({ items }: AuditPage) => items.map(({ eventType }) => eventType);

  beforeAll(async () => {
    app = await startApp();
    client = new pg.Client({ connectionString: app.database.url });
    await client.connect();
    asha = await createVendor(app);
    onion = await createProduct(app, { vendorId: asha.id });
    await createProduct(app);
    const own = { authorization: await app.token({ role: 'vendor', vendorId: asha.id }), 'idempotency-key': '=1+1' };
    await app.request('PATCH', `/api/products/${onion.id}`, { basePrice: 5 }, own);
    const csv = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Modal Price\n';
    const rows = `${csv}Delhi,North,Azadpur,Onion,Red,FAQ,2026-01-05,1200\n`;
    await app.request('POST', '/api/imports/agmarknet', rows, { 'content-type': 'text/csv' });
  });
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  it('has every event with its actor and cause, newest first, as the log has them', async () => {
    const { items, nextCursor, position } = await audit('');
    const log = await app.request<{ events: AuditedEvent[] }>('GET', '/api/events');
    expect(items).toEqual(log.body.events.toReversed());
    expect([nextCursor, position]).toEqual([null, items[0]!.position]);
  });

  it('goes on from page to page, and ends', async () => {
    const all = (await audit('')).items;
    const found: AuditedEvent[] = [];
    for (let query = 'limit=2'; ;) {
      const { items, nextCursor } = await audit(query);
      found.push(...items);
      if (nextCursor === null) break;
      query = `limit=2&cursor=${nextCursor}`;
    }
    expect(found).toEqual(all);
    expect((await audit(`limit=${all.length}`)).nextCursor).toBeNull();
  });

  it('goes on from page to page of one product', async () => {
    const { items, nextCursor } = await audit(`productId=${onion.id}&limit=1`);
    const next = await audit(`productId=${onion.id}&limit=1&cursor=${nextCursor}`);
    expect([...types({ ...next, items }), ...types(next)]).toEqual(['price_changed', 'product_created']);
    expect(next.nextCursor).toBeNull();
  });

  it('finds what an actor has done: by kind, by id, or by both', async () => {
    const own = ['price_changed'];
    expect(types(await audit('actor=vendor'))).toEqual(own);
    expect(types(await audit(`actor=${asha.id}`))).toEqual(own);
    expect(types(await audit(`actor=vendor:${asha.id}`))).toEqual(own);
    expect(types(await audit(`actor=admin:${asha.id}`))).toEqual([]);
    const imported = await audit('actor=import');
    expect(types(imported)).toEqual(['product_created', 'vendor_created']);
    expect(types(await audit(`cause=${imported.items[0]!.cause.importId}`))).toEqual(types(imported));
    expect(types(await audit(`cause=${encodeURIComponent('=1+1')}`))).toEqual(own);
  });

  it('finds what has happened to a product or vendor, and when', async () => {
    const ofOnion = await audit(`productId=${onion.id}`);
    expect(types(ofOnion)).toEqual(['price_changed', 'product_created']);
    expect(types(await audit(`productId=${onion.id}&actor=vendor&limit=1`))).toEqual(['price_changed']);
    expect(types(await audit(`vendorId=${asha.id}`))).toEqual(['price_changed', 'product_created', 'vendor_created']);

    const [last, first] = ofOnion.items.map(({ occurredAt }) => occurredAt) as [string, string];
    await client.query(
      `UPDATE inventory_events SET occurred_at = '2020-03-01T18:29:59.999Z' WHERE product_id = $1 AND version = 1`,
      [onion.id],
    );
    // A market day ends at 18:30 UTC.
    expect(types(await audit(`productId=${onion.id}&to=2020-03-01`))).toEqual(['product_created']);
    expect(types(await audit('from=2020-03-01&to=2020-03-01T18:29:59.999Z'))).toEqual(['product_created']);
    expect(types(await audit('from=2020-03-02&to=2020-03-31'))).toEqual([]);
    expect(types(await audit('to=2020-02-29'))).toEqual([]);
    expect(types(await audit(`productId=${onion.id}&from=${last}&to=${last}`))).toEqual(['price_changed']);
    await client.query('UPDATE inventory_events SET occurred_at = $2 WHERE product_id = $1 AND version = 1', [
      onion.id,
      first,
    ]);
  });

  it('is a file of all that fits, as lines of JSON', async () => {
    const { headers, body } = await file('application/x-ndjson', 'limit=1');
    expect(headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    expect(headers.get('vary')).toMatch(/Accept/);
    const lines = body.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as AuditedEvent)).toEqual((await audit('')).items);
  });

  it('is a file for spreadsheets, which run nothing of it', async () => {
    const { headers, body } = await file('text/csv', `productId=${onion.id}`);
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    const [header, changed, created, end] = body.split('\r\n');
    expect(`${header}\r\n`).toBe(
      operationOf('readAudit').responses.get(200)!.content!['text/csv']!.examples!.none!.value,
    );
    expect(changed).toContain(`price_changed,vendor,${asha.id},,"'=1+1",${asha.id},${onion.id},`);
    expect(created).toContain('product_created,admin,admin,,,');
    expect(end).toBe('');
    expect((await file('text/csv', 'actor=region')).body.split('\r\n')).toEqual([header, '']);
  });

  it('searches a long log slice by slice, and reads it no faster than it is taken', async () => {
    await client.query(`
      INSERT INTO inventory_events (event_id, position, event_type, product_id, vendor_id, category, version, changes,
                                    actor, correlation_id, region, occurred_at)
      SELECT gen_random_uuid(), head + n, 'price_recorded', product_id, vendor_id, category, version, '[]',
             'region:far', 'test', 'far', occurred_at
      FROM (SELECT max(position) AS head FROM inventory_events) h, generate_series(1, 50000) AS n,
           (SELECT * FROM inventory_events WHERE product_id IS NOT NULL ORDER BY position LIMIT 1) e`);
    expect(types(await audit('actor=vendor'))).toEqual(['price_changed']);
    const log = app.app.get(AuditLog);
    const all = log.all.bind(log);
    const steps: number[] = [];
    log.all = async function* (...of) {
      const stream = steps.push(0) - 1;
      for await (const events of all(...of)) {
        steps[stream]! += 1;
        yield events;
      }
    };
    const headers = { accept: 'application/x-ndjson', authorization: await app.token({ role: 'admin' }) };
    const open = () => fetch(`${app.url}/api/audit?actor=region:far`, { headers });
    const paused = (await open()).body!.getReader();
    await paused.read();
    expect((await (await open()).text()).trimEnd().split('\n')).toHaveLength(50_000);
    expect(steps[1]).toBeGreaterThan(240);
    // The rest is in no memory of the server.
    expect(steps[0]).toBeLessThan(0.6 * steps[1]!);
    await paused.cancel();
    log.all = all;
  });

  it.each(['actor=%20', 'from=yesterday', 'to=2026-02-30', 'cursor=x', 'cursor=YXVkaXQ6MA', 'limit=1001', 'nope=1'])(
    'refuses %s',
    async (query) => {
      expectProblem(await app.request('GET', `/api/audit?${query}`), 400, 'validation_failed');
    },
  );

  it.each(['application/json', 'text/csv'])('is for admins only, as %s too', async (accept) => {
    const as = (authorization: string) => app.request('GET', '/api/audit', undefined, { accept, authorization });
    expectProblem(await as(''), 401, 'unauthorized');
    for (const claims of [{ role: 'vendor', vendorId: asha.id }, { role: 'service' }] as const) {
      expectProblem(await as(await app.token(claims)), 403, 'forbidden');
    }
  });
});
