import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import type pg from 'pg';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import { verifySeals } from '../../src/cli/verify-seals.js';
import type { AuditedEvent, InventoryEvent, Page, Product, Vendor } from '../../src/contracts/index.js';
import { LogSealer } from '../../src/events/seals/log-sealer.js';
import {
  archiveSegments,
  backUp,
  droppable,
  dropSegments,
  exportLog,
  restoreFromBackup,
  restoreFromFile,
  restoreFromLog,
  returnSegments,
} from '../../src/log-archive/index.js';
import { insertEvents } from '../../src/log-archive/event-rows.js';
import { movedRecords } from '../../src/log-archive/moved-records.js';
import { segmentFiles } from '../../src/log-archive/segment-files.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { expectDocumented } from '../support/openapi/answers.js';
import { OPERATIONS } from '../support/openapi/document.js';
import { moveEvents, movedOf } from '../support/retention.js';
import { cursorOf } from '../support/recovery.js';
import type { TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/with-client.js';
import { answerTo, closeMarket, CUT, type MovedMarket, movedMarket, patcher } from '../support/moved-market.js';

/** Whether a path is one of a route; a name stands before a parameter. */
const isOf = (route: string, path: string): boolean =>
  !path.endsWith('/search') || route.endsWith('/search')
    ? new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)
    : false;

/** A file of the same positions with another event in it. */
function ofAnotherLog(file: Buffer): Buffer {
  const at = file.indexOf('\n');
  const head = JSON.parse(file.toString('utf8', 0, at)) as Record<string, unknown>;
  const text = brotliDecompressSync(file.subarray(at + 1))
    .toString('utf8')
    .replace('Onion', 'Onyon');
  const hash = createHash('sha256').update(text).digest('hex');
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...head, hash })}\n`), brotliCompressSync(text)]);
}

describe('events that have moved to segments, and archives of them', () => {
  let market: MovedMarket;
  let database: TestDatabase;
  let app: TestApp;
  let client: pg.Client;
  let asha: Vendor;
  let onion: Product;
  let answers: Map<string, string>;

  const ask = (path: string) => answerTo(app, path);
  const patch = (id: string, fields: object) => patcher(app)(id, fields);

  beforeAll(async () => {
    market = await movedMarket();
    ({ database, app, client, asha, onion, answers } = market);
  }, 120_000);
  afterAll(() => closeMarket({ ...market, app }));

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
        ...{ epoch: (await cursorOf(app)).epoch, first: 1, last: CUT.segment, previous: null },
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      await writeFile(path, bytes.with(-9, bytes.at(-9)! ^ 1));
      await expect(droppable(client, 101)).rejects.toThrow('no archive has positions 1 to 50');
      await writeFile(path, bytes);
      await expect(droppable(client, 101, join(folder, 'other'))).rejects.toThrow('no archive has');
      await writeFile(path, ofAnotherLog(bytes));
      await expect(archiveSegments(client, folder)).rejects.toThrow('of another log');
      await writeFile(path, bytes);
      for (let step = 1; step <= 2 * CUT.segment + CUT.staying; step += 1)
        await patch(onion.id, { basePrice: 700 + step });
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
      const from = page.body.items.at(-CUT.segment - 1)!.occurredAt;
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
      expect(
        await withClient(target.url, async (restored) => (await restored.query<object>(texts, [upTo])).rows),
      ).toEqual(hot.rows);
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

  it('are in a backup, and a restored one is proven from all of them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mandi-retention-'));
    const file = join(folder, 'one.backup');
    const target = await testDatabase();
    try {
      await backUp(client, file, () => undefined);
      await withClient(target.url, async (restored) => {
        await restoreFromBackup(restored, file, { onRead: () => undefined });
        const report = await verifyLog(restored);
        expect(report.base).toMatchObject({ isSnapshot: false });
        expect(isClean(report)).toBe(true);
      });
      const second = await startApp({ database: target });
      const path = `/products/${onion.id}/history?after=60&limit=3`;
      // Refused until the history is made, but never with a hole.
      const versions = async (one: TestApp): Promise<number[] | undefined> => {
        const { status, body } = await one.request<{ events: AuditedEvent[] }>('GET', `/api${path}`);
        return status === 503 ? undefined : body.events.map(({ version }) => version);
      };
      const made = () => waitFor(() => versions(second), { what: 'the history', timeoutMs: 30_000 });
      expect(await made()).toEqual(await versions(app));
      await second.close();
    } finally {
      await rm(folder, { recursive: true });
      await target.drop().catch(() => undefined);
    }
  }, 60_000);

  it('are back in the table when all is made anew from it', async () => {
    const { head } = await movedOf(app);
    // A server was ended before it had deleted all that has moved.
    for await (const some of movedRecords(client)) {
      await insertEvents(
        client,
        some.filter(({ productId }) => productId !== null),
      );
      break;
    }
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
    expect(await moveEvents(app, CUT)).toBeGreaterThan(100);
    expect((await verifySeals(client, true)).broken).toEqual([]);
  }, 60_000);
});
