import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import pg from 'pg';
import { verifySeals } from '../../src/cli/verify-seals.js';
import { SqlClient } from '../../src/database/index.js';
import { LogSealer } from '../../src/events/seals/log-sealer.js';
import { sealSegments } from '../../src/log-archive/index.js';
import type { AuditedEvent, Page } from '../../src/contracts/index.js';
import type { Seal } from '../../src/events/seals/log-seals.js';
import { startApp, type TestApp } from '../support/app.js';
import { brokenAfter as brokenIn, SEAL_CHANGES } from '../support/broken-seals.js';
import { lengthenLog } from '../support/long-log.js';

interface Event {
  position: number;
  vendor?: Record<string, unknown>;
  changes: { field: string }[];
  names?: string;
}

describe('seals of the log', () => {
  let app: TestApp;
  let client: pg.Client;
  let seals: Seal[];

  const readSeals = async (query = '') =>
    (await app.request<{ seals: Seal[]; head: string | null }>('GET', `/api/events/seals${query}`)).body;
  const seal = () => app.app.get(LogSealer).run();
  const broken = async () => (await verifySeals(client)).broken;
  const epoch = async () => (await client.query<{ epoch: string }>('SELECT epoch FROM event_log')).rows[0]!.epoch;
  const canonical = async (first: number): Promise<string> => {
    const { rows } = await client.query<{ packed: Buffer }>('SELECT packed FROM log_segments WHERE first = $1', [
      first,
    ]);
    return brotliDecompressSync(rows[0]!.packed).toString();
  };

  beforeAll(async () => {
    app = await startApp();
    client = new pg.Client({ connectionString: app.database.url });
    await client.connect();
    const sealer = app.app.get(LogSealer);
    expect(sealer.positions).toBe(10_000);
    sealer.positions = 1_000;
    await lengthenLog(client, 999);
    await seal();
    expect(await readSeals()).toEqual({ seals: [], head: null });
    await lengthenLog(client, 1_050);
    await seal();
    ({ seals } = await readSeals());
  });
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  it('are made of every 10,000 positions, each with the hash of the one before', async () => {
    const [one, two] = seals as [Seal, Seal];
    expect(seals).toHaveLength(2);
    expect([one.first, one.last, two.first, two.last]).toEqual([1, 1_000, 1_001, 2_000]);
    expect([one.previous, two.previous]).toEqual([null, one.hash]);
    expect(await readSeals()).toEqual({ seals, head: two.hash });
    expect(await readSeals('?limit=1')).toEqual({ seals: [one], head: two.hash });
    expect(await readSeals('?after=1000')).toEqual({ seals: [two], head: two.hash });
    for (const { epoch: sealed } of seals) expect(sealed).toBe(await epoch());
  });

  it('prove the bytes that anybody can unpack: a head, and a line for each event', async () => {
    for (const { first, last, previous, hash } of seals) {
      const text = await canonical(first);
      expect(createHash('sha256').update(text).digest('hex')).toBe(hash);
      const [head, ...lines] = text.trimEnd().split('\n');
      expect(JSON.parse(head!)).toEqual({ format: expect.any(String), epoch: await epoch(), first, previous });
      const events = lines.map((line) => JSON.parse(line) as Event);
      expect(events.map(({ position }) => position)).toEqual(Array.from({ length: 1_000 }, (_, n) => first + n));
      expect(events.at(-1)!.position).toBe(last);
    }
  });

  it('take less than 15 % of the bytes that the table has', async () => {
    const { rows } = await client.query<{ hot: number }>(
      `SELECT pg_total_relation_size('inventory_events') / count(*)::float8 AS hot FROM inventory_events`,
    );
    for (const { bytes } of seals) expect(bytes / 1_000).toBeLessThan(0.15 * rows[0]!.hot);
  });

  it('hold digests of vendors’ names, and no name', async () => {
    const lines = (await canonical(1)).split('\n');
    const event = JSON.parse(lines.find((line) => line.includes('vendor_updated'))!) as Event;
    expect(event.vendor).toEqual({ id: expect.any(String), market: 'Azadpur', version: expect.any(Number) });
    expect(event.changes).toEqual([{ field: 'name' }]);
    expect(event.names).toMatch(/^[0-9a-f]{64}$/);
    expect(lines.join('')).not.toMatch(/Asha|आशा/);
  });

  it('are found whole', async () => {
    expect(await verifySeals(client)).toEqual({ segments: 2, sealedUpTo: 2_000, notedUpTo: 2_049, broken: [] });
  });

  const brokenAfter = (rows: string, damage: string) => brokenIn(client, rows, damage);

  it.each([
    [1, `product = replace(product::text, 'basePrice', 'basePricf')::json`],
    [432, `changes = replace(changes::text, 'oldValue', 'oldValuf')::json`],
    [1_000, `actor = 'vendor:vnd_x'`],
    [990, `vendor = replace(vendor::text, 'Asha', 'Usha')::json`],
    [1_001, `occurred_at = occurred_at + interval '1 millisecond'`],
    [1_234, 'version = version + 1'],
    [1_989, `changes = replace(changes::text, 'Asha', 'Usha')::json`],
    [2_000, `event_id = gen_random_uuid()`],
  ])('show that the event at position %i was changed: %s', async (position, change) => {
    const found = await brokenAfter(
      `inventory_events WHERE position = ${position}`,
      `UPDATE inventory_events SET ${change} WHERE position = ${position}`,
    );
    expect(found).toEqual([
      { id: `position ${position}`, what: 'the event in the table is not the one that was sealed' },
    ]);
  });

  it.each([
    [2_001, `product = replace(product::text, 'basePrice', 'basePricf')::json`],
    [2_049, `correlation_id = 'tesu'`],
  ])('show that the event at position %i was changed before it was sealed: %s', async (position, change) => {
    const found = await brokenAfter(
      `inventory_events WHERE position = ${position}`,
      `UPDATE inventory_events SET ${change} WHERE position = ${position}`,
    );
    expect(found).toEqual([{ id: `position ${position}`, what: 'the event is not the one that was first there' }]);
  });

  it('show a change of every column that an event has, sealed or not, and nothing once it is back', async () => {
    const { rows: columns } = await client.query<{ name: string; type: string }>(`
      SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
      WHERE attrelid = 'inventory_events'::regclass AND attnum > 0 AND NOT attisdropped`);
    const changed: Record<string, (column: string) => string> = {
      bigint: (column) => `${column} + 1000000`,
      integer: (column) => `${column} + 1`,
      uuid: () => 'gen_random_uuid()',
      text: (column) => `coalesce(${column}, '') || 'x'`,
      // A blank only: JSON that means the same.
      json: (column) => `(coalesce(${column}::text, '{}') || ' ')::json`,
      'timestamp with time zone': (column) => `${column} + interval '1 millisecond'`,
    };
    // Whatever it is of is null otherwise, as the table has it.
    const without: Record<string, string> = { product: 'vendor', product_id: 'vendor', vendor: 'product' };
    for (const { name, type } of columns) {
      for (const among of ['position BETWEEN 1 AND 2000', 'position > 2000']) {
        const { rows } = await client.query<{ position: number }>(
          `SELECT position::float8 FROM inventory_events WHERE ${among} AND ${without[name] ?? 'vendor'} IS NULL
           ORDER BY random() LIMIT 1`,
        );
        const { position } = rows[0]!;
        const found = await brokenAfter(
          'inventory_events WHERE position > 0',
          `UPDATE inventory_events SET ${name} = ${changed[type]!(name)} WHERE position = ${position}`,
        );
        expect({ name, found }).toMatchObject({ found: [{ id: `position ${position}` }] });
      }
    }
    expect(await broken()).toEqual([]);
  });

  it('show that an event is gone', async () => {
    const found = await brokenAfter(
      'inventory_events WHERE position = 1500',
      'DELETE FROM inventory_events WHERE position = 1500',
    );
    expect(found).toMatchObject([{ id: 'position 1500' }]);
  });

  it('show every changed byte of a segment, and where its events begin to differ', async () => {
    const { rows } = await client.query<{ bytes: number }>('SELECT octet_length(packed) AS bytes FROM log_segments');
    const { bytes } = rows[1]!;
    for (const share of [0, 0.1, 0.37, 0.5, 0.72, 0.99, 1]) {
      const offset = Math.min(bytes - 1, Math.floor(bytes * share));
      const flip = `packed = set_byte(packed, ${offset}, get_byte(packed, ${offset}) # 16)`;
      const found = await brokenAfter('log_segments', `UPDATE log_segments SET ${flip} WHERE first = 1001`);
      const [{ id }] = found as unknown as [{ id: string }];
      const position = Number(/^positions? (\d+)/.exec(id)?.[1]);
      expect({ offset, found, position: position >= 1_001 && position <= 2_000 }).toMatchObject({ position: true });
    }
  });

  it.each(SEAL_CHANGES)('show that a seal was changed: %s', async (change) => {
    const found = await brokenAfter('log_segments', `UPDATE log_segments SET ${change} WHERE first = 1001`);
    expect(found).not.toEqual([]);
    for (const { id } of found) expect(id).toBe('positions 1001 to 2000');
  });

  it('show that a segment is missing', async () => {
    expect(await brokenAfter('log_segments', 'DELETE FROM log_segments WHERE first = 1')).not.toEqual([]);
  });

  it('spare the audit what has nothing of a vendor or a time', async () => {
    await client.query(`UPDATE inventory_events SET vendor_id = 'vnd_late' WHERE position = 2030`);
    const sql = app.app.get(SqlClient);
    const query = sql.query.bind(sql);
    let searches = 0;
    sql.query = (statement, values) => {
      if (statement.name === 'read-audit') searches += 1;
      return query(statement, values);
    };
    const found = async (filter: string) => {
      searches = 0;
      const { body } = await app.request<Page<AuditedEvent>>('GET', `/api/audit?limit=1000&${filter}`);
      return { positions: body.items.map(({ position }) => position), searches };
    };
    expect(await found('vendorId=vnd_late')).toEqual({ positions: [2030], searches: 1 });
    expect(await found('vendorId=vnd_none')).toEqual({ positions: [], searches: 1 });
    expect((await found('vendorId=vnd_3')).positions).toHaveLength(293);
    // The first 999 events are of the same times as the next.
    const first = await found('to=2026-01-01T00:00:02.000Z');
    expect(first).toEqual({ positions: [1001, 1000, 2, 1], searches: 3 });
    expect(await found('from=2026-01-01T00:17:29.000Z')).toEqual({ positions: [2049, 2048], searches: 1 });
    sql.query = query;
    await client.query(`UPDATE inventory_events SET vendor_id = 'vnd_2' WHERE position = 2030`);
    expect(await broken()).toEqual([]);
  });

  it('are not made of an event that was changed', async () => {
    const event = `inventory_events WHERE position = 2040`;
    await client.query(`CREATE TABLE was AS SELECT * FROM ${event}`);
    await client.query(`UPDATE inventory_events SET actor = 'vendor:vnd_x' WHERE position = 2040`);
    await lengthenLog(client, 951);
    await seal();
    expect((await readSeals()).seals).toHaveLength(2);
    // The server may have looked by itself as well.
    expect((await app.request<string>('GET', '/metrics')).body).toMatch(/^errors_total\{type="seals"\} [1-9]/m);
    const outcome = { segments: 0, last: 2_000, head: 3_000, positions: 1_000, pending: 0 };
    const obstacle = expect.stringContaining('The event at position 2040 was changed');
    expect(await sealSegments(client, undefined, 1_000)).toEqual({ ...outcome, obstacle });
    await client.query(`DELETE FROM ${event}; INSERT INTO inventory_events SELECT * FROM was`);
    await seal();
    expect((await readSeals()).seals).toHaveLength(3);
    expect((await client.query('SELECT FROM log_tail')).rows).toHaveLength(0);
    expect(await broken()).toEqual([]);
  });

  it('are made when writers leave time for it', async () => {
    const sealer = app.app.get(LogSealer);
    await sealer.run(true);
    await lengthenLog(client, 1_500);
    await sealer.run(true);
    expect((await readSeals()).seals).toHaveLength(3);
    await seal();
    expect((await readSeals()).seals).toHaveLength(4);
  });

  it('are made at once by a command, which says how far, while a server seals as well', async () => {
    await lengthenLog(client, 2_600);
    const made: number[] = [];
    const [outcome] = await Promise.all([sealSegments(client, ({ last }) => made.push(last), 1_000), seal()]);
    const { seals: all, head } = await readSeals();
    expect(all.map(({ last }) => last)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000]);
    expect(all.at(-1)!.hash).toBe(head);
    expect(outcome).toEqual({ segments: made.length, last: 7_000, head: 7_100, positions: 1_000, pending: 0 });
    expect(await broken()).toEqual([]);
  });

  it('are of the history that the database has: what was read of another one is not kept', async () => {
    const before = (await readSeals()).seals;
    await lengthenLog(client, 1_000);
    // Set back while the segment is read: its last event is another one when it is to be kept.
    const sql = app.app.get(SqlClient);
    const query = sql.query.bind(sql);
    sql.query = async (statement, values) => {
      const isKept = statement.name === 'keep-log-segment';
      if (isKept) await client.query('UPDATE inventory_events SET event_id = gen_random_uuid() WHERE position = 8000');
      return query(statement, values);
    };
    await seal();
    sql.query = query;
    expect((await readSeals()).seals).toHaveLength(before.length);
    await client.query(`UPDATE event_log SET former = former || epoch, epoch = gen_random_uuid(), began_at = 8000`);
    await seal();
    const [two, three] = (await readSeals()).seals.slice(-2);
    expect([three!.previous, three!.epoch]).toEqual([two!.hash, await epoch()]);
    expect(two!.epoch).not.toBe(three!.epoch);
    expect(await broken()).toEqual([]);
  });
});
