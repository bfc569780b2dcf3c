import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import pg from 'pg';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import { verifySeals } from '../../src/cli/verify-seals.js';
import type { AuditedEvent, InventoryEvent, LeasedEvents, Page, Product, Vendor } from '../../src/contracts/index.js';
import { SqlClient } from '../../src/database/index.js';
import { EventLog } from '../../src/events/index.js';
import { MovedEvents } from '../../src/events/log/moved-events.js';
import { LogRetention } from '../../src/events/retention/log-retention.js';
import { LogSealer } from '../../src/events/seals/log-sealer.js';
import {
  archiveSegments,
  droppable,
  dropSegments,
  exportLog,
  restoreFromFile,
  restoreFromLog,
  returnSegments,
} from '../../src/log-archive/index.js';
import { segmentFiles } from '../../src/log-archive/segment-files.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectDocumented } from '../support/openapi/answers.js';
import { OPERATIONS } from '../support/openapi/document.js';
import { moveEvents, movedOf } from '../support/retention.js';
import { cursorOf, subscribe } from '../support/recovery.js';
import { caughtUp, listen } from '../support/rooms.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';
import type { TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/with-client.js';

const [SEGMENT, STAYING] = [50, 20];

/** Whether a path is one of a route; a name stands before a parameter. */
const isOf = (route: string, path: string): boolean =>
  !path.endsWith('/search') || route.endsWith('/search')
    ? new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)
    : false;

describe('events that have moved to segments', () => {
  let database: TestDatabase;
  let app: TestApp;
  let client: pg.Client;
  let asha: Vendor;
  let onion: Product;
  let movedUpTo: number;
  /** Paths, and what was answered while all events were in the table. */
  const answers = new Map<string, string>();

  const ask = async (path: string): Promise<string> => {
    const [accept, url] = path.includes(' ') ? (path.split(' ') as [string, string]) : ['application/json', path];
    const { status, body } = await app.request(
      'GET',
      `/api${url}`,
      undefined,
      accept === 'application/json' ? {} : { accept },
    );
    const { correlationId: _ofTheRequest, ...problem } = body;
    return `${status} ${JSON.stringify(status === 200 ? body : problem)}`;
  };
  const events = async (query = ''): Promise<AuditedEvent[]> => {
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
  };
  const patch = (id: string, fields: object, headers?: Record<string, string>) =>
    app.request('PATCH', `/api/products/${id}`, fields, headers);

  beforeAll(async () => {
    database = await testDatabase();
    app = await startApp({ database });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    asha = await createVendor(app, { name: 'Asha', names: { hi: 'आशा' } });
    const other = await createVendor(app, { name: 'Bela', state: 'Goa' });
    onion = await createProduct(app, {
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
    for (let step = 1; step <= 40; step += 1)
      await patch(onion.id, { availability: step % 2 ? 'limited' : 'available' });
    await seriesCaughtUp(app);
    const all = await events();
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
    movedUpTo = await moveEvents(app, { segment: SEGMENT, staying: STAYING });
  }, 120_000);
  afterAll(async () => {
    await client.end();
    await app.close();
    await database.drop();
  });

  it('are no longer in the table, but for those of vendors', async () => {
    expect(movedUpTo).toBeGreaterThanOrEqual(3 * SEGMENT);
    expect(movedUpTo % SEGMENT).toBe(0);
    const { rows } = await client.query<{ position: string; event_type: string }>(
      'SELECT position, event_type FROM inventory_events WHERE position <= $1 ORDER BY position',
      [movedUpTo],
    );
    expect(rows.length).toBeGreaterThan(3);
    for (const { event_type: type } of rows) expect(type).toMatch(/^vendor_/);
  });

  it('are answered byte for byte as before, by every route that reads the log or the past', async () => {
    expect(answers.size).toBeGreaterThan(90);
    const different: unknown[] = [];
    for (const [path, before] of answers) {
      const now = await ask(path);
      if (now !== before) different.push({ path, before: before.slice(0, 2_000), now: now.slice(0, 2_000) });
    }
    expect(different).toEqual([]);
  }, 60_000);

  it('are searched some at a time by a filter that every segment may have something of', async () => {
    const log = app.app.get(EventLog);
    const usual = log.searchedPositions;
    expect(usual).toBe(200_000);
    log.searchedPositions = 60;
    const query = '/api/events?limit=100&eventType=product_deleted';
    const { body } = await app.request<{ events: unknown[]; nextAfter: number }>('GET', `${query}&after=3`);
    expect(body).toMatchObject({ events: [], nextAfter: 63 });
    const deleted = (await events('&eventType=product_deleted')).map(({ eventType }) => eventType);
    expect(deleted).toEqual(['product_deleted']);
    log.searchedPositions = usual;
    expect(await events('&eventType=vendor_updated')).toHaveLength(6);
  });

  it('come to a consumer from the beginning, in order, and again after it seeks', async () => {
    const all = await events();
    const take = async (name: string): Promise<InventoryEvent[]> => {
      const taken: InventoryEvent[] = [];
      for (;;) {
        const { body } = await app.request<LeasedEvents>('GET', `/api/consumers/${name}/events?max=33`);
        if (body.events.length === 0) return taken;
        taken.push(...body.events);
        const { lease, position } = body;
        expect((await app.request('POST', `/api/consumers/${name}/ack`, { lease, position })).status).toBe(204);
      }
    };
    const create = (name: string, filter: object, from: unknown) =>
      app.request('POST', '/api/consumers', { name, filter, from, onFailure: 'block', maxAttempts: 3 });
    const plain = (list: readonly AuditedEvent[]): InventoryEvent[] => list.map(({ actor: _actor, ...event }) => event);
    expect((await create('all', {}, 'beginning')).status).toBe(201);
    expect(await take('all')).toEqual(plain(all));
    await app.request('POST', '/api/consumers/all/seek', { position: 20 });
    expect(await take('all')).toEqual(plain(all.slice(20)));
    await create('ashas', { vendorIds: [asha.id], eventTypes: ['price_changed', 'vendor_updated'] }, 'beginning');
    const ashas = all.filter(
      ({ vendorId, eventType }) => vendorId === asha.id && ['price_changed', 'vendor_updated'].includes(eventType),
    );
    expect(await take('ashas')).toEqual(plain(ashas));
    const time = all[70]!.occurredAt;
    await create('later', { commodities: ['onion'] }, { time });
    const from = all.findIndex(({ occurredAt }) => occurredAt >= time);
    const onions = all.slice(from).filter(({ product }) => product?.commodity === 'onion');
    expect(onions.length).toBeGreaterThan(30);
    expect(await take('later')).toEqual(plain(onions));
    for (const name of ['all', 'ashas', 'later']) await app.request('DELETE', `/api/consumers/${name}`);
  }, 60_000);

  it('come to a client that was away for so long, once and in order', async () => {
    const { epoch } = await cursorOf(app);
    const all = await events();
    const wanted = all.filter(({ vendorId, eventType }) => vendorId === asha.id && eventType !== 'price_recorded');
    const listener = await listen(app);
    const [confirmed] = await subscribe(listener, [{ type: 'vendor', vendorId: asha.id }], { epoch, position: 1 });
    expect(confirmed).toMatchObject({ recovered: true });
    await caughtUp(app, listener);
    expect(listener.seen.map(({ position }) => position)).toEqual(
      wanted.map(({ position }) => position).filter((position) => position > 1),
    );
    const general = await listen(app);
    const [all1] = await subscribe(general, [{ type: 'general' }], { epoch, position: 10 });
    expect(all1).toMatchObject({ recovered: true });
    await caughtUp(app, general);
    const ofProducts = all.filter(({ productId, eventType }) => productId !== null && eventType !== 'price_recorded');
    expect(general.seen.map(({ position }) => position)).toEqual(
      ofProducts.map(({ position }) => position).filter((position) => position > 10),
    );
    listener.socket.disconnect();
    general.socket.disconnect();
  }, 30_000);

  it('are what projections are built from anew', async () => {
    const search = await ask(`/products/search?asOf=60&limit=100`);
    const series = await ask('/series/prices?commodity=onion&from=2026-01-01&to=2026-02-01');
    for (const name of ['product-history', 'price-series'])
      await app.request('POST', `/api/projections/${name}/rebuild`);
    await seriesCaughtUp(app);
    expect(await ask(`/products/search?asOf=60&limit=100`)).toBe(search);
    expect(await ask('/series/prices?commodity=onion&from=2026-01-01&to=2026-02-01')).toBe(series);
  }, 60_000);

  it('stay where they are until every consumer has passed them', async () => {
    const before = (await movedOf(app)).upTo;
    const slow = { name: 'slow', from: 'beginning', filter: {}, onFailure: 'block', maxAttempts: 3 };
    expect((await app.request('POST', '/api/consumers', slow)).status).toBe(201);
    for (let step = 1; step <= SEGMENT + STAYING; step += 1) await patch(onion.id, { basePrice: 300 + step });
    const retention = app.app.get(LogRetention);
    await app.app.get(LogSealer).run();
    await retention.run();
    expect((await movedOf(app)).upTo).toBe(before);
    await app.request('DELETE', '/api/consumers/slow');
    expect(await moveEvents(app, { segment: SEGMENT, staying: STAYING })).toBeGreaterThan(before);
  }, 60_000);

  it('are not moved if a row is another one than was sealed', async () => {
    const { upTo } = await movedOf(app);
    for (let step = 1; step <= SEGMENT + STAYING; step += 1) await patch(onion.id, { basePrice: 500 + step });
    await app.app.get(LogSealer).run();
    const changed = upTo + 3;
    await client.query('UPDATE inventory_events SET version = version + 1 WHERE position = $1', [changed]);
    await app.app.get(LogRetention).run();
    expect((await movedOf(app)).upTo).toBe(upTo);
    await client.query('UPDATE inventory_events SET version = version - 1 WHERE position = $1', [changed]);
    expect(await moveEvents(app, { segment: SEGMENT, staying: STAYING })).toBeGreaterThan(upTo);
  }, 60_000);

  describe('are found by verify', () => {
    const flip = (first: number, offset: number) =>
      client.query(
        `UPDATE log_segments SET packed = set_byte(packed, $2::int, get_byte(packed, $2::int) # 1) WHERE first = $1`,
        [first, offset],
      );
    /** With nothing unpacked from before. */
    const read = () =>
      new MovedEvents(app.app.get(SqlClient)).read({ after: 60, upTo: 100, limit: 5, fits: () => true });
    const named = async (full = false) => (await verifySeals(client, full)).broken.map(({ id }) => id);

    it('as they were sealed: from the states that they amount to, or all of them', async () => {
      const from = await verifyLog(client);
      expect(from).toMatchObject({ base: { isSnapshot: true, position: (await movedOf(app)).upTo }, projections: [] });
      const full = await verifyLog(client, true);
      expect(full.base).toMatchObject({ isSnapshot: false, position: 0 });
      expect(full.projections.map(({ name }) => name)).toEqual(['price-series', 'product-history']);
      for (const report of [from, full]) {
        const { head } = await movedOf(app);
        expect(report).toMatchObject({ events: head, holes: 0, versionBreaks: [], differences: [], miscounts: [] });
        expect(isClean(report)).toBe(true);
      }
      expect([await named(), await named(true)]).toEqual([[], []]);
    });

    it('and a product that differs from the fold is, either way', async () => {
      await client.query('UPDATE products SET version = version + 1 WHERE id = $1', [onion.id]);
      for (const full of [false, true]) {
        expect((await verifyLog(client, full)).differences).toMatchObject([{ id: onion.id }]);
      }
      await client.query('UPDATE products SET version = version - 1 WHERE id = $1', [onion.id]);
    });

    it.each([0.3, 0.5, 0.9])('where a byte of a segment was flipped, at %d of it', async (part) => {
      const { rows } = await client.query<{ bytes: number }>(
        'SELECT octet_length(packed) AS bytes FROM log_segments WHERE first = 51',
      );
      const offset = Math.floor(rows[0]!.bytes * part);
      await flip(51, offset);
      const broken = await named();
      expect(broken).toHaveLength(1);
      expect(broken[0]).toMatch(/^position (5[1-9]|[6-9]\d|100)$/);
      expect(await named(true)).toEqual(broken);
      await expect(read()).rejects.toThrow('positions 51 to 100');
      await flip(51, offset);
      expect([await named(), await named(true)]).toEqual([[], []]);
      expect(await read()).toHaveLength(5);
    });

    it('where an event was changed in a segment that was packed anew', async () => {
      const { rows } = await client.query<{ packed: Buffer }>('SELECT packed FROM log_segments WHERE first = 1');
      const lines = brotliDecompressSync(rows[0]!.packed).toString().split('\n');
      lines[17] = lines[17]!.replace('"version":', '"version":1');
      const put = (packed: Buffer) =>
        client.query('UPDATE log_segments SET packed = $1, packed_hash = sha256($1) WHERE first = 1', [packed]);
      await put(brotliCompressSync(lines.join('\n')));
      expect(await named()).toEqual([]);
      expect(await named(true)).toEqual(['position 17']);
      await put(rows[0]!.packed);
      expect(await named(true)).toEqual([]);
    });

    it('where one of a vendor was changed in the table', async () => {
      const where = `position =
        (SELECT max(position) FROM inventory_events WHERE product_id IS NULL AND position <= 100)`;
      const { rows } = await client.query<{ position: string }>(
        `UPDATE inventory_events SET version = version + 1 WHERE ${where} RETURNING position`,
      );
      expect(await named()).toEqual([`position ${rows[0]!.position}`]);
      await client.query(`UPDATE inventory_events SET version = version - 1 WHERE ${where}`);
      expect(await named()).toEqual([]);
    });
  });

  describe('and were dropped', () => {
    let folder: string;
    let first: number;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'mandi-archive-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('are only dropped if an archive has them, whole', async () => {
      await expect(droppable(client, 101)).rejects.toThrow('no archive has positions 1 to 50');
      const { last, written } = await archiveSegments(client, folder);
      expect(await archiveSegments(client, folder)).toEqual({ last, written: 0 });
      expect(await segmentFiles(folder)).toHaveLength(written);
      const [name] = await segmentFiles(folder);
      const path = join(folder, name!);
      const bytes = await readFile(path);
      expect(JSON.parse(bytes.toString('utf8', 0, bytes.indexOf('\n')))).toMatchObject({
        ...{ epoch: (await cursorOf(app)).epoch, first: 1, last: SEGMENT, previous: null },
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      await writeFile(path, bytes.with(-9, bytes.at(-9)! ^ 1));
      await expect(droppable(client, 101)).rejects.toThrow('no archive has positions 1 to 50');
      await writeFile(path, bytes);
      await expect(droppable(client, 101, join(folder, 'other'))).rejects.toThrow('no archive has');
      for (let step = 1; step <= 2 * SEGMENT + STAYING; step += 1) await patch(onion.id, { basePrice: 700 + step });
      await app.app.get(LogSealer).run();
      const { upTo } = await movedOf(app);
      await archiveSegments(client, folder);
      await expect(droppable(client, 1_000_000)).rejects.toThrow(`which they have up to position ${upTo}`);
      const late = { name: 'late', filter: {}, from: { position: 99 }, onFailure: 'skip', maxAttempts: 1 };
      expect((await app.request('POST', '/api/consumers', late)).status).toBe(201);
      await expect(droppable(client, 101)).rejects.toThrow('the consumer late has not passed position 100');
      await app.request('DELETE', '/api/consumers/late');
      expect(await droppable(client, 50)).toEqual({ segments: 0, last: 0 });
      expect(await droppable(client, 120)).toEqual({ segments: 2, last: 100 });
    });

    it('are refused with 410 and the first position that is kept, and nothing else is', async () => {
      await dropSegments(client, 100);
      first = 101;
      const refused = async (method: string, path: string, body?: object) => {
        const answer = await app.request<Record<string, unknown>>(method, `/api${path}`, body);
        expect({ path, body, ...answer.body }).toMatchObject({ path, status: 410, code: 'events_dropped', first });
        const described = OPERATIONS.find(
          (one) => one.method === method && isOf(one.path, `/api${path.split('?')[0]!}`),
        );
        expectDocumented(described!, answer);
      };
      const consumer = { name: 'old', filter: {}, onFailure: 'block', maxAttempts: 3 };
      const { body } = await app.request<{ events: AuditedEvent[] }>('GET', `/api/events?after=100&limit=1`);
      expect(body.events[0]!.position).toBe(first);
      await refused('GET', '/events');
      await refused('GET', '/events?after=99');
      await refused('GET', `/events?productId=${onion.id}`);
      await refused('GET', `/products/${onion.id}/history`);
      for (const at of [1, 100]) {
        await refused('GET', `/products/${onion.id}?asOf=${at}`);
        await refused('GET', `/products/search?asOf=${at}`);
        await refused('GET', `/vendors/${asha.id}?asOf=${at}`);
        await refused('GET', `/products/${onion.id}/prices?asOf=${at}`);
      }
      for (const from of ['beginning', { position: 99 }, { time: '2020-01-01T00:00:00.000Z' }]) {
        await refused('POST', '/consumers', { ...consumer, from });
      }
      const young = await createProduct(app);
      const history = await app.request<{ events: InventoryEvent[] }>('GET', `/api/products/${young.id}/history`);
      expect(history.body.events.map(({ eventType }) => eventType)).toEqual(['product_created']);
      expect((await app.request('GET', '/api/products/prd_none/history')).status).toBe(404);
      await refused('POST', '/projections/price-series/rebuild');
      for (const accept of ['text/csv', 'application/x-ndjson']) {
        const answer = await app.request('GET', '/api/audit', undefined, { accept });
        expect(answer).toMatchObject({ status: 410, body: { code: 'events_dropped', first } });
      }
      const page = await app.request<Page<AuditedEvent>>('GET', '/api/audit?limit=1000');
      expect(page.body.items.at(-1)!.position).toBe(first);
      await refused('GET', `/audit?cursor=${page.body.nextCursor}`);
      const from = page.body.items.at(-SEGMENT - 1)!.occurredAt;
      const later = await app.request<Page<AuditedEvent>>('GET', `/api/audit?limit=1000&from=${from}`);
      expect(later.body).toMatchObject({ nextCursor: null });
      expect((await app.request('GET', `/api/audit?from=${from}`, undefined, { accept: 'text/csv' })).status).toBe(200);
      for (const path of [
        '/events?after=100',
        `/products/${onion.id}/history?after=100`,
        `/products/${onion.id}?asOf=101`,
        '/products/search?asOf=101',
        `/products/${onion.id}/prices`,
        '/events/seals',
      ]) {
        expect([path, (await app.request('GET', `/api${path}`)).status]).toEqual([path, 200]);
      }
    });

    it('leave what is kept proven, and no export or rebuilding that would have a hole', async () => {
      expect([(await verifySeals(client)).broken, (await verifySeals(client, true)).broken]).toEqual([[], []]);
      for (const full of [false, true]) {
        const report = await verifyLog(client, full);
        expect(report.base).toMatchObject({ isSnapshot: true, droppedUpTo: 100 });
        expect(isClean(report)).toBe(true);
      }
      await expect(exportLog(client, join(folder, 'log.gz'), () => undefined)).rejects.toThrow(
        'begins at position 101',
      );
    });

    it('are back when the archive is put back, and answered byte for byte', async () => {
      const strangers = await mkdtemp(join(tmpdir(), 'mandi-archive-'));
      expect(await returnSegments(client, strangers)).toEqual({ segments: 0, first });
      await rm(strangers, { recursive: true });
      expect(await returnSegments(client, folder)).toEqual({ segments: 2, first: 1 });
      expect((await verifySeals(client, true)).broken).toEqual([]);
      expect(isClean(await verifyLog(client, true))).toBe(true);
      for (const path of [`/products/${onion.id}/history?after=60&limit=3`, `/vendors/${asha.id}?asOf=50`]) {
        expect(await ask(path)).toBe(answers.get(path));
      }
    });
  });

  it('are in an export of the log, and what is restored from it answers the same', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mandi-retention-'));
    const file = join(folder, 'log.ndjson.gz');
    const { head } = await movedOf(app);
    const target = await testDatabase();
    try {
      expect(await exportLog(client, file, () => undefined)).toBe(head);
      const observer = { onRead: () => undefined, onRebuilt: () => undefined };
      await withClient(target.url, async (restored) => {
        expect(await restoreFromFile(restored, file, observer)).toMatchObject({ events: head });
        expect(await verifySeals(restored)).toMatchObject({ broken: [] });
      });
      const texts = `SELECT md5(string_agg(row_to_json(e)::text, ',' ORDER BY position)) AS of_all
                     FROM inventory_events e WHERE position > $1`;
      const { upTo } = await movedOf(app);
      const hot = await client.query(texts, [upTo]);
      expect(await withClient(target.url, async (restored) => (await restored.query(texts, [upTo])).rows)).toEqual(
        hot.rows,
      );
      const second = await startApp({ database: target });
      const page = (one: TestApp) => one.request<{ events: AuditedEvent[] }>('GET', '/api/events?limit=150');
      const withoutEpoch = (list: AuditedEvent[]) => list.map(({ epoch: _epoch, ...event }) => event);
      const [before, after] = [await page(app), await page(second)];
      expect(withoutEpoch(after.body.events)).toEqual(withoutEpoch(before.body.events));
      await second.close();
    } finally {
      await rm(folder, { recursive: true });
      await target.drop().catch(() => undefined);
    }
  }, 60_000);

  it('are back in the table when all is made anew from it', async () => {
    const { head } = await movedOf(app);
    const product = await ask(`/products/${onion.id}`);
    const prices = await ask(`/products/${onion.id}/prices`);
    await app.close();
    const observer = { onRead: () => undefined, onRebuilt: () => undefined };
    expect(await restoreFromLog(client, observer)).toMatchObject({ events: head });
    expect(isClean(await verifyLog(client))).toBe(true);
    expect((await verifySeals(client)).broken).toEqual([]);
    app = await startApp({ database });
    expect(await movedOf(app)).toMatchObject({ upTo: 0, head });
    expect(await ask(`/products/${onion.id}`)).toBe(product);
    expect(await ask(`/products/${onion.id}/prices`)).toBe(prices);
    expect(await moveEvents(app, { segment: SEGMENT, staying: STAYING })).toBeGreaterThan(100);
    expect((await verifySeals(client, true)).broken).toEqual([]);
  }, 60_000);
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
