import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { removeNames } from '../../src/cli/remove-names.js';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import { verifySeals } from '../../src/cli/verify-seals.js';
import { LogSealer } from '../../src/events/seals/log-sealer.js';
import { exportLog, RestoreError, restoreFromFile, restoreFromLog } from '../../src/log-archive/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import type { TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/with-client.js';

/** All that is made of the log, and the log, as text; a text's id, and which statement counted, are of the database. */
const CONTENTS = {
  events: 'SELECT * FROM inventory_events ORDER BY seq',
  products: `SELECT to_jsonb(p) - '{text_id,counted_version}'::text[] AS row, t.lexemes FROM products p JOIN product_texts t ON t.id = p.text_id
             ORDER BY p.id`,
  vendors: 'SELECT * FROM vendors ORDER BY id',
  aliases: 'SELECT * FROM vendor_aliases ORDER BY market_key',
  prices: 'SELECT * FROM market_prices ORDER BY product_id, day, revision',
  seals: 'SELECT first, last, epoch, previous, hash, size, keys FROM log_segments ORDER BY first',
  salts: 'SELECT * FROM vendor_salts ORDER BY vendor_id',
};

const SEARCHES = [
  '/api/products/search?limit=100',
  '/api/products/search?q=pyaz&lang=hi&limit=100',
  '/api/products/search?q=potato&sort=price_asc&limit=100',
  '/api/products/search?category=vegetables&facets=category,availability&limit=100',
  '/api/vendors/search?q=azadpur',
  '/api/vendors/search?limit=100',
];

const SILENT = { onRead: () => undefined, onRebuilt: () => undefined };

describe('an exported log', () => {
  let app: TestApp;
  let folder: string;
  let path: string;
  let target: TestDatabase;
  let searched: unknown[];
  let second: TestApp | undefined;

  const csv = (...rows: string[]): string =>
    ['State,District,Market,Commodity,Variety,Grade,Arrival_Date,Modal Price', ...rows].join('\n');
  const importRows = (...rows: string[]) =>
    app.request('POST', '/api/imports/agmarknet', `${csv(...rows)}\n`, { 'content-type': 'text/csv' });
  const contentsOf = (database: TestDatabase) =>
    withClient(database.url, async (client) => {
      const contents: Record<string, unknown> = {};
      for (const [name, query] of Object.entries(CONTENTS)) {
        contents[name] = (await client.query(`SELECT row_to_json(t)::text AS row FROM (${query}) t`)).rows;
      }
      return contents;
    });
  const itemsOf = async (one: TestApp): Promise<unknown[]> => {
    const answers = [];
    for (const search of SEARCHES) {
      const { items, facets } = (await one.request('GET', search)).body;
      answers.push({ search, items, facets });
    }
    return answers;
  };
  const restored = (file: string, database = target) =>
    withClient(database.url, (client) => restoreFromFile(client, file, SILENT));
  const isWhole = (database: TestDatabase) =>
    withClient(database.url, async (client) => {
      expect(await verifySeals(client)).toMatchObject({ broken: [] });
      return isClean(await verifyLog(client));
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandi-log-'));
    path = join(folder, 'log.ndjson.gz');
    app = await startApp();
    const [asha, gone] = [await createVendor(app), await createVendor(app)];
    const onion = await createProduct(app, { vendorId: asha.id, name: 'Onion', names: { hi: 'प्याज' } });
    const lost = await createProduct(app, { vendorId: gone.id, name: 'Potato', description: 'say "hi"\nthere' });
    await app.request('PATCH', `/api/products/${onion.id}`, { basePrice: 7.25, availability: 'limited' });
    await app.request('PATCH', `/api/vendors/${gone.id}`, { name: 'Nameless', names: {} });
    await app.request('DELETE', `/api/products/${lost.id}`);
    await importRows(
      'Delhi,Delhi,Azadpur,Potato,Local,FAQ,2026-01-05,1200',
      'Delhi,Delhi,Azadpur,Onion,Red,FAQ,2026-01-05,900',
    );
    await importRows(
      'Delhi,Delhi,Azadpur,Potato,Local,FAQ,2026-01-02,1100',
      'Delhi,Delhi,Azadpur,Onion,Red,FAQ,2026-01-07,900',
    );
    const alias = { state: 'Delhi', district: 'Delhi', market: 'Azad Mandi' };
    await app.request('POST', `/api/vendors/${asha.id}/aliases`, alias);
    await app.request('GET', '/api/events');
    const sealer = app.app.get(LogSealer);
    sealer.positions = 5;
    await sealer.run();
    await withClient(app.database.url, async (client) => {
      await removeNames(client, gone.id);
      expect(await exportLog(client, path, () => undefined)).toBeGreaterThan(11);
    });
    searched = await itemsOf(app);
    target = await testDatabase();
  });
  afterAll(async () => {
    await app.close();
    await second?.close();
    await target.drop();
    await rm(folder, { recursive: true });
  });

  /** The file after a change of its text, with the checksum that it had. */
  const changed = async (change: (text: string) => string): Promise<string> => {
    const file = join(folder, 'changed.ndjson.gz');
    await writeFile(file, gzipSync(change(gunzipSync(await readFile(path)).toString())));
    return file;
  };

  it('describes itself, and is lines of JSON', async () => {
    const lines = gunzipSync(await readFile(path))
      .toString()
      .trimEnd()
      .split('\n');
    const values = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(values[0]).toMatchObject({ format: 'mandi-inventory-sync log export 1', position: expect.any(Number) });
    expect(values.at(-1)).toEqual({
      end: { events: values[0]!.position, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(values.filter(({ position }) => position !== undefined)).toHaveLength(Number(values[0]!.position) + 1);
  });

  it('overwrites nothing', async () => {
    const before = await stat(path);
    await withClient(app.database.url, async (client) => {
      await expect(exportLog(client, path, () => undefined)).rejects.toThrow('EEXIST');
    });
    expect((await stat(path)).size).toBe(before.size);
  });

  it.each<[string, (text: string) => string]>([
    ['was changed where it is sealed', (text) => text.replace('7.25', '7.26')],
    [
      'was changed where it is not sealed',
      (text) => text.replace(/"region":"local"(?![^]*"region":"local")/, '"region":"l0cal"'),
    ],
    ['lacks an event', (text) => text.replace(/\{"position":3,.*\n/, '')],
    ['lacks a seal', (text) => text.replace(/\{"seal":.*\n/, '')],
    ['is cut off', (text) => text.slice(0, -200)],
    ['has no end', (text) => text.replace(/\{"end":.*\n/, '')],
    ['goes on behind its end', (text) => `${text}{}\n`],
    ['is something else', () => 'State,District\n'],
    ['is of a later version', (text) => text.replace('export 1', 'export 2')],
  ])('is refused when it %s, and nothing is kept', async (_what, change) => {
    await expect(restored(await changed(change))).rejects.toThrow(RestoreError);
    expect(await contentsOf(target)).toMatchObject({ events: [], vendors: [], seals: [], salts: [] });
  });

  it('is refused when its compressed bytes are damaged', async () => {
    const bytes = await readFile(path);
    const file = join(folder, 'damaged.ndjson.gz');
    for (const offset of [0, Math.floor(bytes.length / 2), bytes.length - 6]) {
      const damaged = Buffer.from(bytes);
      damaged[offset]! ^= 4;
      await writeFile(file, damaged);
      await expect(restored(file)).rejects.toThrow(/damaged|sealed|checksum|version/);
    }
  });

  it('restores the log and all that is made of it, to the same bytes, searches and seals', async () => {
    const made = await restored(path);
    expect(made).toMatchObject({ products: 3, vendors: 3, prices: 4 });
    expect(await contentsOf(target)).toEqual(await contentsOf(app.database));
    expect(await isWhole(target)).toBe(true);

    second = await startApp({ database: target });
    expect(await itemsOf(second)).toEqual(searched);
    const { epoch } = (await second.request<{ epoch: string }>('GET', '/api/events')).body;
    const old = (await app.request<{ epoch: string }>('GET', '/api/events')).body.epoch;
    expect(epoch).not.toBe(old);
    // What comes next has the next position, and is a change of the restored product.
    const { items } = (await second.request<{ items: { id: string }[] }>('GET', '/api/products/search?q=onion')).body;
    await app.request('GET', '/api/events');
    await second.request('PATCH', `/api/products/${items[0]!.id}`, { basePrice: 3 });
    await second.request('GET', '/api/events');
    await withClient(target.url, async (client) => {
      await expect(restoreFromLog(client, SILENT)).rejects.toThrow('a server runs on this database');
    });
    await second.close();
    second = undefined;
    expect(await isWhole(target)).toBe(true);
    await expect(restored(path)).rejects.toThrow('the database is not empty');
  });

  it('restores tables that are lost from the database’s own log', async () => {
    const before = await contentsOf(target);
    await withClient(target.url, async (client) => {
      await client.query('DELETE FROM products WHERE category = $1', ['vegetables']);
      await client.query(`UPDATE vendors SET name = 'Nobody'`);
      await client.query('DELETE FROM market_prices WHERE revision = 1');
      expect(isClean(await verifyLog(client))).toBe(false);
      await restoreFromLog(client, SILENT);
    });
    expect(await contentsOf(target)).toEqual(before);
    expect(await isWhole(target)).toBe(true);
  });

  it('has nothing to say of an empty log', async () => {
    const empty = await testDatabase();
    await withClient(empty.url, async (client) => {
      await expect(restoreFromLog(client, SILENT)).rejects.toThrow('the log of this database is empty');
    });
    const file = join(folder, 'empty.ndjson.gz');
    await withClient(empty.url, async (client) => {
      expect(await exportLog(client, file, () => undefined)).toBe(0);
      expect(await restoreFromFile(client, file, SILENT)).toMatchObject({ events: 0, products: 0 });
    });
    await empty.drop();
  });
});
