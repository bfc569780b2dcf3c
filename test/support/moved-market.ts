import { expect } from '@jest/globals';
import pg from 'pg';
import type { AuditedEvent, Page, Product, Vendor } from '../../src/contracts/index.js';
import { type Answer, startApp, type TestApp, testDatabase } from './app.js';
import { createProduct, createVendor } from './builders.js';
import { type Cut, moveEvents } from './retention.js';
import { seriesCaughtUp } from './series-caught-up.js';
import type { TestDatabase } from './test-database.js';

export const CUT: Cut = { segment: 50, staying: 20 };

/** A market whose events have moved to segments, but for the newest. */
export interface MovedMarket {
  database: TestDatabase;
  app: TestApp;
  client: pg.Client;
  asha: Vendor;
  onion: Product;
  movedUpTo: number;
  /** Paths, and what was answered while all events were in the table. */
  answers: Map<string, string>;
}

/** Status and body; a path may have the media type that is asked for before it. */
export async function answerTo(app: TestApp, path: string): Promise<string> {
  const [accept, url] = path.includes(' ') ? (path.split(' ') as [string, string]) : ['application/json', path];
  const headers: Record<string, string> = accept === 'application/json' ? {} : { accept };
  const { status, body } = await app.request('GET', `/api${url}`, undefined, headers);
  const { correlationId: _ofTheRequest, ...problem } = body;
  return `${status} ${JSON.stringify(status === 200 ? body : problem)}`;
}

export async function allEvents(app: TestApp, query = ''): Promise<AuditedEvent[]> {
  const all: AuditedEvent[] = [];
  for (let after = 0; ;) {
    const path = `/api/events?limit=70&after=${after}${query}`;
    const { body } = await app.request<{ events: AuditedEvent[]; nextAfter: number; lastPosition: number }>(
      'GET',
      path,
    );
    all.push(...body.events);
    if (body.nextAfter >= body.lastPosition) return all;
    after = body.nextAfter;
  }
}

export const patcher =
  (app: TestApp) =>
  (id: string, fields: object, headers?: Record<string, string>): Promise<Answer<Record<string, unknown>>> =>
    app.request('PATCH', `/api/products/${id}`, fields, headers);

export async function movedMarket(): Promise<MovedMarket> {
  const database = await testDatabase();
  const app = await startApp({ database });
  const ask = (path: string) => answerTo(app, path);
  const patch = patcher(app);
  const answers = new Map<string, string>();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const asha = await createVendor(app, { name: 'Asha', names: { hi: 'आशा' } });
  const other = await createVendor(app, { name: 'Bela', state: 'Goa' });
  const onion = await createProduct(app, {
    vendorId: asha.id,
    name: 'Onion "red"',
    names: { hi: 'प्याज' },
    commodity: 'onion',
  });
  const gone = await createProduct(app, { vendorId: other.id, name: 'Okra' });
  const key = { 'idempotency-key': 'k1', authorization: await app.token({ role: 'vendor', vendorId: asha.id }) };
  await patch(onion.id, { basePrice: 7 }, key);
  for (const more of [0, 50]) {
    const csv = ['State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price'];
    for (let day = 1; day <= 20; day += 1) {
      for (const name of ['Onion', 'Potato']) {
        const of = `Delhi,North,Azadpur,${name},Red,FAQ,2026-01-${String(day).padStart(2, '0')}`;
        csv.push(`${of},900,1300,${1_000 + day + (day % 3 === 0 ? more : 0)}`);
      }
    }
    await app.request('POST', '/api/imports/agmarknet', `${csv.join('\n')}\n`, { 'content-type': 'text/csv' });
  }
  for (let step = 1; step <= 60; step += 1) {
    await patch(onion.id, { basePrice: 100 + step });
    if (step % 7 === 0) await patch(gone.id, { category: step % 2 === 0 ? 'fruits' : 'spices' });
    if (step % 9 === 0) await app.request('PATCH', `/api/vendors/${asha.id}`, { name: `Asha ${step}` });
    if (step === 40) await app.request('DELETE', `/api/products/${gone.id}`);
  }
  for (let step = 1; step <= 40; step += 1) await patch(onion.id, { availability: step % 2 ? 'limited' : 'available' });
  await seriesCaughtUp(app);
  const all = await allEvents(app);
  const imported = all.find(({ cause, productId }) => cause.importId !== undefined && productId !== null)!;
  const ids = [
    onion.id,
    gone.id,
    imported.productId!,
    all.find(({ eventType }) => eventType === 'price_recorded')!.productId!,
  ];
  const head = all.at(-1)!.position;
  for (const path of [
    ...[0, 1, 49, 50, 51, 99, 120, head - 3].map((after) => `/events?after=${after}&limit=60`),
    `/events?vendorId=${asha.id}&limit=1000`,
    `/events?productId=${gone.id}&limit=1000`,
    `/events?category=spices&limit=2&after=100`,
    '/events?eventType=vendor_updated&limit=1000',
    ...ids.flatMap((id) => [`/products/${id}/history?limit=1000`, `/products/${id}/history?after=60&limit=3`]),
    ...ids.flatMap((id) => [`/products/${id}/prices?limit=100`, `/products/${id}/prices?limit=3&asOf=${head - 30}`]),
    '/products/prd_none/history',
    '/products/prd_none/prices',
    `/products/${gone.id}/prices`,
    ...[1, 3, 40, 50, 51, 100, 150, head].flatMap((at) => [
      `/products/search?asOf=${at}&limit=100`,
      `/products/search?asOf=${at}&q=onion&sort=price_asc`,
      `/products/${onion.id}?asOf=${at}`,
      `/products/${gone.id}?asOf=${at}`,
      `/vendors/${asha.id}?asOf=${at}`,
      `/products/${imported.productId}/prices?asOf=${at}`,
    ]),
    ...all.filter((_event, index) => index % 11 === 0).map(({ occurredAt }) => `/products/search?asOf=${occurredAt}`),
    ...all
      .filter((_event, index) => index % 13 === 0)
      .map(({ occurredAt }) => `/vendors/${asha.id}?asOf=${occurredAt}`),
    '/audit?limit=100',
    `/audit?limit=7&actor=vendor:${asha.id}`,
    `/audit?limit=1000&vendorId=${asha.id}`,
    `/audit?limit=1000&productId=${gone.id}`,
    `/audit?limit=1000&cause=${imported.cause.importId}`,
    `/audit?limit=1000&cause=k1`,
    `/audit?limit=1000&from=${all[20]!.occurredAt}&to=${all[90]!.occurredAt}`,
    'text/csv /audit',
    `text/csv /audit?productId=${onion.id}`,
    'application/x-ndjson /audit',
    'application/x-ndjson /audit?actor=import',
  ]) {
    answers.set(path, await ask(path));
  }
  // With cursors of their own time.
  for (const path of ['/audit?limit=60', `/audit?limit=20&vendorId=${asha.id}`]) {
    const { body } = await app.request<Page<AuditedEvent>>('GET', `/api${path}`);
    expect(body.nextCursor).not.toBeNull();
    const next = `${path}&cursor=${body.nextCursor}`;
    answers.set(next, await ask(next));
  }
  expect([...answers.values()].filter((answer) => !/^[24]/.test(answer))).toEqual([]);
  const movedUpTo = await moveEvents(app, CUT);
  return { database, app, client, asha, onion, movedUpTo, answers };
}

export async function closeMarket({
  client,
  app,
  database,
}: Pick<MovedMarket, 'client' | 'app' | 'database'>): Promise<void> {
  await client.end();
  await app.close();
  await database.drop();
}
