import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import type pg from 'pg';
import { removeNames } from '../../src/cli/remove-names.js';
import { verifyAndPrint } from '../../src/cli/verify-and-print.js';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import { verifySeals } from '../../src/cli/verify-seals.js';
import type { AuditedEvent, InventoryEvent, LeasedEvents, Product, Vendor } from '../../src/contracts/index.js';
import { SqlClient } from '../../src/database/index.js';
import { EventLog } from '../../src/events/index.js';
import { MovedEvents } from '../../src/events/log/moved-events.js';
import { LogRetention } from '../../src/events/retention/log-retention.js';
import { LogSealer } from '../../src/events/seals/log-sealer.js';
import { type TestApp } from '../support/app.js';
import { SEAL_CHANGES } from '../support/broken-seals.js';
import { moveEvents, movedOf } from '../support/retention.js';
import { cursorOf, subscribe } from '../support/recovery.js';
import { waitFor } from '../support/processes.js';
import { caughtUp, listen } from '../support/rooms.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';
import {
  allEvents,
  answerTo,
  closeMarket,
  CUT,
  type MovedMarket,
  movedMarket,
  patcher,
} from '../support/moved-market.js';

describe('events that have moved to segments', () => {
  let market: MovedMarket;
  let app: TestApp;
  let client: pg.Client;
  let asha: Vendor;
  let onion: Product;
  let movedUpTo: number;
  let answers: Map<string, string>;

  const ask = (path: string) => answerTo(app, path);
  const events = (query?: string) => allEvents(app, query);
  const patch = (id: string, fields: object) => patcher(app)(id, fields);

  const refusals = async (): Promise<number> => {
    const { body } = await app.request<string>('GET', '/metrics');
    return Number(/^errors_total\{type="retention"\} (\d+)$/m.exec(body)?.[1] ?? 0);
  };
  /** Waits until it has looked at a segment, which all consumers have passed by then, and has not moved it. */
  const retentionRefuses = async (): Promise<void> => {
    const before = await refusals();
    const refuses = async (): Promise<boolean> => {
      await app.app.get(LogRetention).run();
      return (await refusals()) > before;
    };
    await waitFor(refuses, { timeoutMs: 30_000, what: 'a segment that is not moved' });
  };

  beforeAll(async () => {
    market = await movedMarket();
    ({ app, client, asha, onion, movedUpTo, answers } = market);
  }, 120_000);
  afterAll(() => closeMarket({ ...market, app }));

  it('are no longer in the table, but for those of vendors', async () => {
    expect(movedUpTo).toBeGreaterThanOrEqual(3 * CUT.segment);
    expect(movedUpTo % CUT.segment).toBe(0);
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
    for (let step = 1; step <= CUT.segment + CUT.staying; step += 1) await patch(onion.id, { basePrice: 300 + step });
    const retention = app.app.get(LogRetention);
    await app.app.get(LogSealer).run();
    await retention.run();
    expect((await movedOf(app)).upTo).toBe(before);
    await app.request('DELETE', '/api/consumers/slow');
    expect(await moveEvents(app, CUT)).toBeGreaterThan(before);
  }, 60_000);

  it('are not moved if a row is another one than was sealed', async () => {
    const { upTo } = await movedOf(app);
    for (let step = 1; step <= CUT.segment + CUT.staying; step += 1) await patch(onion.id, { basePrice: 500 + step });
    await app.app.get(LogSealer).run();
    const changed = upTo + 3;
    await client.query('UPDATE inventory_events SET version = version + 1 WHERE position = $1', [changed]);
    await retentionRefuses();
    expect((await movedOf(app)).upTo).toBe(upTo);
    await client.query('UPDATE inventory_events SET version = version - 1 WHERE position = $1', [changed]);
    expect(await moveEvents(app, CUT)).toBeGreaterThan(upTo);
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
      expect(await named()).toEqual(['position 17']);
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

    it('where the ranges of seq are others', async () => {
      await client.query('CREATE TABLE ranges AS SELECT * FROM moved_events');
      for (const damage of [
        'UPDATE moved_events SET first_position = first_position + 1 WHERE first_position = 51',
        'UPDATE moved_events SET last_seq = last_seq + 1 WHERE first_position = 51',
        'DELETE FROM moved_events WHERE first_position = 51',
      ]) {
        await client.query(damage);
        for (const full of [false, true]) expect(await named(full)).toEqual(['positions 51 to 100']);
        await client.query('TRUNCATE moved_events; INSERT INTO moved_events SELECT * FROM ranges');
      }
      await client.query('DROP TABLE ranges');
      expect(await named()).toEqual([]);
    });

    it('where an event was changed to what is no time any more, which can’t be folded', async () => {
      const { upTo } = await movedOf(app);
      const { rows } = await client.query<{ position: number; was: string }>(
        `SELECT position::float8, product::text AS was FROM inventory_events
         WHERE position > $1 AND product IS NOT NULL ORDER BY position DESC LIMIT 1`,
        [upTo],
      );
      const { position, was } = rows[0]!;
      await app.app.get(LogSealer).run();
      const put = (text: string) =>
        client.query('UPDATE inventory_events SET product = $1::json WHERE position = $2', [text, position]);
      const printed: string[] = [];
      const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
      try {
        await put(was.replace(/("updatedAt" ?: ?")2/, '$1x'));
        expect(await verifyAndPrint(client)).toBe(false);
      } finally {
        write.mockRestore();
        await put(was);
      }
      expect(printed.join('')).toContain('the log can’t be folded: invalid input syntax');
      expect(printed.join('')).toContain(`  position ${position}: the event`);
      expect(await named()).toEqual([]);
    });

    it('where one of a vendor is missing in the table', async () => {
      await client.query(`
        CREATE TABLE of_vendor AS SELECT * FROM inventory_events WHERE product_id IS NULL AND position <= 100
        ORDER BY position DESC LIMIT 1;
        DELETE FROM inventory_events WHERE position = (SELECT position FROM of_vendor)`);
      const [gone] = (await client.query<{ position: string }>('SELECT position FROM of_vendor')).rows;
      const fault = `position ${gone!.position}`;
      expect([await named(), await named(true)]).toEqual([[fault], [fault]]);
      await client.query('INSERT INTO inventory_events SELECT * FROM of_vendor; DROP TABLE of_vendor');
      expect(await named()).toEqual([]);
    });

    it.each([
      ...SEAL_CHANGES,
      'times = set_byte(times, 77, get_byte(times, 77) # 1)',
      'digests = set_byte(digests, 177, get_byte(digests, 177) # 1)',
      `from_time = from_time - interval '1 millisecond'`,
      `notes_hash = sha256('x')`,
    ])('where the seal of a segment was changed: %s', async (change) => {
      await client.query('CREATE TABLE sealed AS SELECT * FROM log_segments WHERE first = 51');
      await client.query(`UPDATE log_segments SET ${change} WHERE first = 51`);
      for (const full of [false, true]) {
        const [first, ...others] = await named(full);
        expect(first).toMatch(/^positions? (5[1-9]|[6-9]\d|100)\b/);
        expect(others.every((id) => /^positions (51|101) /.test(id))).toBe(true);
      }
      await client.query(`
        DELETE FROM log_segments WHERE first = 51; INSERT INTO log_segments SELECT * FROM sealed; DROP TABLE sealed`);
      expect(await named()).toEqual([]);
    });

    it('where one of a vendor was changed whose names were removed', async () => {
      const { rowCount } = await client.query(
        'SELECT FROM inventory_events WHERE vendor_id = $1 AND position <= 100 AND vendor IS NOT NULL',
        [asha.id],
      );
      expect(rowCount).toBeGreaterThan(0);
      expect(await removeNames(client, asha.id)).toBeGreaterThan(0);
      expect([await named(), await named(true)]).toEqual([[], []]);
      const where = `position = (SELECT max(position) FROM inventory_events
        WHERE vendor_id = '${asha.id}' AND product_id IS NULL AND position <= 100)`;
      const { rows } = await client.query<{ position: string }>(
        `UPDATE inventory_events SET version = version + 1 WHERE ${where} RETURNING position`,
      );
      expect(await named()).toEqual([`position ${rows[0]!.position}`]);
      await client.query(`UPDATE inventory_events SET version = version - 1 WHERE ${where}`);
      expect([await named(), await named(true)]).toEqual([[], []]);
    });

    it('before they move, where one of a vendor was changed whose names were removed', async () => {
      for (let step = 1; step <= CUT.segment; step += 1) await patch(onion.id, { basePrice: 600 + step });
      const { body } = await app.request<Vendor>('GET', `/api/vendors/${asha.id}`);
      await app.request('PATCH', `/api/vendors/${asha.id}`, { market: `${body.market} again` });
      for (let step = 1; step <= CUT.segment + CUT.staying; step += 1) await patch(onion.id, { basePrice: 700 + step });
      await app.app.get(LogSealer).run();
      await removeNames(client, asha.id);
      const { upTo } = await movedOf(app);
      const { rows } = await client.query<{ position: string }>(
        `UPDATE inventory_events SET version = version + 1 WHERE product_id IS NULL AND position > $1
         RETURNING position`,
        [upTo],
      );
      expect(rows).toHaveLength(1);
      await retentionRefuses();
      const last = Number(rows[0]!.position);
      expect((await movedOf(app)).upTo).toBeLessThan(last);
      expect(await named()).toEqual([`position ${last}`]);
      await client.query('UPDATE inventory_events SET version = version - 1 WHERE position = $1', [last]);
      expect(await moveEvents(app, CUT)).toBeGreaterThanOrEqual(last);
      expect([await named(), await named(true)]).toEqual([[], []]);
    }, 60_000);
  });
});
