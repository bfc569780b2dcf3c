import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import { verifySeals } from '../../src/cli/verify-seals.js';
import { LogSealer } from '../../src/events/seals/log-sealer.js';
import { NOT_KEPT } from '../../src/log-archive/backup-format.js';
import { backupTables } from '../../src/log-archive/backup-tables.js';
import { backUp, type BackupResult, isBackup, RestoreError, restoreFromBackup } from '../../src/log-archive/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/processes.js';
import type { TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/with-client.js';

const SEARCHES = [
  '/api/products/search?limit=100',
  '/api/products/search?q=pyaz&lang=hi&limit=100',
  '/api/products/search?category=vegetables&facets=category,availability&limit=100',
  '/api/vendors/search?limit=100',
];
const SILENT = { onRead: () => undefined };

describe('a backup', () => {
  let app: TestApp;
  let folder: string;
  let path: string;
  let taken: BackupResult;
  let target: TestDatabase;
  let restored: TestApp | undefined;
  let productId: string;
  const key = { 'idempotency-key': 'kept-in-the-backup' };

  const backup = (to: string) => withClient(app.database.url, (client) => backUp(client, to, () => undefined));
  const restore = (file: string, database: TestDatabase = target) =>
    withClient(database.url, (client) => restoreFromBackup(client, file, SILENT));
  const rowsOf = async (database: TestDatabase, query: string): Promise<unknown[]> =>
    withClient(database.url, async (client) => (await client.query(query)).rows as unknown[]);
  /** The file after a change of its text. */
  const changed = async (change: (text: string) => string): Promise<string> => {
    const file = join(folder, 'changed.backup');
    const text = gunzipSync(await readFile(path)).toString('latin1');
    await writeFile(file, gzipSync(Buffer.from(change(text), 'latin1')));
    return file;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandi-backup-'));
    path = join(folder, 'one.backup');
    app = await startApp();
    const vendor = await createVendor(app);
    const names = { hi: 'प्याज' };
    const onion = await createProduct(app, {
      vendorId: vendor.id,
      name: 'Onion',
      names,
      description: 'tab\t\\ "\nline',
    });
    productId = onion.id;
    const gone = await createProduct(app, { vendorId: vendor.id, name: 'Potato' });
    await app.request('DELETE', `/api/products/${gone.id}`);
    await app.request('PATCH', `/api/products/${onion.id}`, { basePrice: 7.25 }, key);
    const consumer = { name: 'billing', filter: {}, from: 'beginning', onFailure: 'block', maxAttempts: 3 };
    expect((await app.request('POST', '/api/consumers', consumer)).status).toBe(201);
    // All have positions after that.
    await app.request('GET', '/api/events');
    const sealer = app.app.get(LogSealer);
    sealer.positions = 2;
    await sealer.run();

    // Writes go on meanwhile.
    let writing = true;
    let written = 0;
    const writer = (async () => {
      while (writing) {
        written += 1;
        await createProduct(app, { vendorId: vendor.id, name: `Okra ${written}` });
      }
    })();
    await waitFor(() => written >= 3, { what: 'some writes' });
    taken = await backup(path);
    const during = written;
    await waitFor(() => written >= during + 3, { what: 'some more writes' });
    writing = false;
    await writer;
    target = await testDatabase();
  });
  afterAll(async () => {
    await restored?.close();
    await app.close();
    await target.drop();
    await rm(folder, { recursive: true });
  });

  it('is known by its first line, and is for its owner alone', async () => {
    expect(await isBackup(path)).toBe(true);
    const other = join(folder, 'other');
    await writeFile(other, gzipSync('{"format":"mandi-inventory-sync log export 1"}\n'));
    expect(await isBackup(other)).toBe(false);
    await writeFile(other, 'no gzip');
    expect(await isBackup(other)).toBe(false);
    await expect(isBackup(join(folder, 'nowhere'))).rejects.toThrow('ENOENT');
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  it('overwrites nothing', async () => {
    const before = await stat(path);
    await expect(backup(path)).rejects.toThrow('EEXIST');
    expect((await stat(path)).size).toBe(before.size);
  });

  it('is refused when it is damaged, cut off, of another schema, or no backup at all', async () => {
    const refused = async (file: string, why: RegExp) => {
      const problem: unknown = await restore(file).catch((error: unknown) => error);
      expect(problem).toBeInstanceOf(RestoreError);
      expect((problem as Error).message).toMatch(why);
    };
    await refused(await changed((text) => text.replace('Okra 1', 'Okre 1')), /checksum/);
    await refused(await changed((text) => text.slice(0, text.lastIndexOf('{"end"'))), /no end/);
    await refused(await changed((text) => `${text}{}\n`), /behind its end/);
    await refused(await changed((text) => text.replace(/"schema":"\w+"/, '"schema":"Later1"')), /schema Later1/);
    await refused(await changed((text) => text.replace('"table":"products"', '"table":"pproduct"')), /pproduct/);
    await refused(await changed((text) => text.replace('backup 1"', 'backup 9"')), /later version/);
    const cut = join(folder, 'cut.backup');
    await writeFile(cut, (await readFile(path)).subarray(0, 2_000));
    await refused(cut, /damaged/);
    expect(await rowsOf(target, 'SELECT FROM vendors')).toEqual([]);
  });

  it('is not restored into a database that has something', async () => {
    await expect(restore(path, app.database)).rejects.toThrow('end it first');
    const other = await testDatabase();
    try {
      const second = await startApp({ database: other });
      await createVendor(second);
      await second.close();
      await expect(restore(path, other)).rejects.toThrow('not empty');
    } finally {
      await other.drop();
    }
  });

  it('has all tables of the product, and none of others', async () => {
    const { tables, kept } = await withClient(app.database.url, async (client) => {
      await client.query('CREATE TABLE of_another_program (id integer)');
      const all = await client.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_class c
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> ALL (
           SELECT t || '_' || b.id FROM projection_builds b, unnest(b.tables) AS t)`,
      );
      return {
        tables: all.rows.map(({ name }) => name),
        kept: (await backupTables(client)).map(({ name }) => name),
      };
    });
    expect([...kept, ...NOT_KEPT, 'of_another_program'].sort()).toEqual(tables.sort());
  });

  it('becomes a database that is as of one moment, and whole', async () => {
    // A server has run on the empty database before, and another program has tables in it.
    await (await startApp({ database: target })).close();
    await rowsOf(target, 'CREATE TABLE of_another_program AS SELECT 1 AS id');
    const { head, rows, tables } = await restore(path);
    expect(await rowsOf(target, 'SELECT id FROM of_another_program')).toEqual([{ id: 1 }]);
    expect({ rows, tables, epoch: head.epoch, position: head.position }).toEqual(taken);
    const [{ positions }] = (await rowsOf(
      target,
      'SELECT count(*)::float8 AS positions FROM inventory_events WHERE position IS NOT NULL',
    )) as [{ positions: number }];
    expect(positions).toBe(taken.position);
    await withClient(target.url, async (client) => {
      expect(await verifySeals(client)).toMatchObject({ broken: [] });
      expect(isClean(await verifyLog(client))).toBe(true);
    });
    for (const table of [
      'vendors',
      'product_texts',
      'vendor_stock',
      'log_segments',
      'idempotency_keys',
      'vendor_salts',
    ]) {
      const query = `SELECT count(*)::float8 AS rows FROM ${table}`;
      const [here, there] = [await rowsOf(target, query), await rowsOf(app.database, query)] as { rows: number }[][];
      expect({ table, rows: here![0]!.rows }).toEqual({ table, rows: expect.any(Number) });
      expect(here![0]!.rows).toBeLessThanOrEqual(there![0]!.rows);
      // Counts of vendors are folded now and then.
      if (!['vendor_salts', 'vendor_stock'].includes(table)) expect(here![0]!.rows).toBeGreaterThan(0);
    }
  });

  it('begins a new epoch, and goes on where it was', async () => {
    restored = await startApp({ database: target });
    const { body } = await restored.request<{ epoch: string; lastPosition: number }>('GET', '/api/events?limit=1');
    expect(body.epoch).not.toBe(taken.epoch);
    expectProblem(await restored.request('GET', `/api/events?epoch=${taken.epoch}&after=1`), 410);
    const [log] = (await rowsOf(target, 'SELECT former FROM event_log')) as [{ former: string[] }];
    expect(log.former).toContain(taken.epoch);

    const found = await restored.request<{ items: { id: string }[] }>('GET', SEARCHES[1]!);
    expect(found.body.items.map(({ id }) => id)).toContain(productId);
    for (const search of SEARCHES)
      expect((await restored.request<{ items: object[] }>('GET', search)).body.items.length).toBeGreaterThan(0);
    const product = await restored.request('GET', `/api/products/${productId}`);
    expect(product.body).toMatchObject({ basePrice: 7.25, description: 'tab\t\\ "\nline', version: 2 });
    // What is made of the log is made anew.
    const past = () => restored!.request('GET', `/api/products/${productId}?asOf=${taken.position}`);
    await waitFor(async () => (await past()).status === 200, { what: 'the history', timeoutMs: 30_000 });
    expect((await past()).body).toMatchObject({ basePrice: 7.25, version: 2 });
    const again = await restored.request('PATCH', `/api/products/${productId}`, { basePrice: 7.25 }, key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await restored.request('GET', '/api/consumers/billing')).status).toBe(200);

    const made = await createProduct(restored, { name: 'Brinjal' });
    const search = await restored.request<{ items: { id: string }[] }>('GET', '/api/products/search?q=brinjal');
    expect(search.body.items.map(({ id }) => id)).toEqual([made.id]);
    const after = await restored.request<{ lastPosition: number }>('GET', '/api/events?limit=1');
    expect(after.body.lastPosition).toBeGreaterThan(taken.position);
    await withClient(target.url, async (client) => expect(isClean(await verifyLog(client))).toBe(true));
  });
});
