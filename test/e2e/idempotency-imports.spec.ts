import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { ImportSummary } from '../../src/contracts/index.js';
import { HEADER, priceLine } from '../support/agmarknet.js';
import type { Answer, TestApp } from '../support/app.js';
import { type Instances, startTwoInstances } from '../support/instances.js';
import { expectFieldError, expectProblem } from '../support/problems.js';
import { waitFor } from '../support/processes.js';
import { storedDigest, wholeLog } from '../support/reading.js';
import { withClient } from '../support/with-client.js';

const plain = ({ status, body }: Answer<unknown>) => ({ status, body });
const replayed = (answer: Answer<unknown>) => answer.headers.get('idempotency-replayed') === 'true';

describe('Idempotency-Key of an import', () => {
  let instances: Instances;
  let app: TestApp;
  /** Of this test alone. */
  let market: string;
  let markets = 0;

  beforeAll(async () => {
    instances = await startTwoInstances();
    app = instances.leader;
  });
  beforeEach(() => {
    market = `Market ${++markets}`;
  });
  afterAll(() => instances.close());

  /** `count` products, of which each tenth row's date is junk. */
  const file = (count: number, price = 100) =>
    [
      HEADER,
      ...Array.from({ length: count }, (_none, index) =>
        priceLine({ market, commodity: `C ${index}`, price, ...(index % 10 === 3 && { date: 'junk' }) }),
      ),
    ].join('\n');
  const send = (csv: string, key: string, to = app) =>
    to.request<ImportSummary>('POST', '/api/imports/agmarknet', csv, {
      'content-type': 'text/csv',
      'idempotency-key': key,
    });

  it('is done once, and a retry is answered like the first', async () => {
    const key = randomUUID();
    const first = await send(file(2_300), key);
    expect(first).toMatchObject({
      status: 200,
      body: { rows: 2_300, created: 2_070, rejected: 230, vendorsCreated: 1 },
    });
    expect(replayed(first)).toBe(false);
    const before = await storedDigest(app);
    for (const to of [app, instances.follower]) {
      const retry = await send(file(2_300), key, to);
      expect([plain(retry), replayed(retry)]).toEqual([plain(first), true]);
    }
    expect(await storedDigest(app)).toBe(before);
  });

  it('refuses another file, or another request, under the same key', async () => {
    const key = randomUUID();
    expect((await send(file(3), key)).status).toBe(200);
    const before = await storedDigest(app);
    expectProblem(await send(file(3, 101), key), 422, 'idempotency_key_reused');
    const vendor = await app.request('POST', '/api/vendors', { name: 'A' }, { 'idempotency-key': key });
    expectProblem(vendor, 422, 'idempotency_key_reused');
    const used = randomUUID();
    expect(
      (
        await app.request(
          'POST',
          '/api/vendors',
          { id: market.replace(' ', '-'), name: 'B' },
          { 'idempotency-key': used },
        )
      ).status,
    ).toBe(201);
    expectProblem(await send(file(3), used), 422, 'idempotency_key_reused');
    expect(await storedDigest(app)).not.toBe(before);
  });

  it('makes one effect and equal answers of 20 at once over two instances', async () => {
    const key = randomUUID();
    const before = (await wholeLog(app)).length;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_none, index) => send(file(1_200), key, index % 2 === 0 ? app : instances.follower)),
    );
    for (const answer of answers) expect(plain(answer)).toEqual(plain(answers[0]!));
    expect(answers[0]).toMatchObject({ status: 200, body: { created: 1_080 } });
    expect(answers.filter((answer) => !replayed(answer))).toHaveLength(1);
    // The vendor's is one more.
    expect((await wholeLog(app)).length).toBe(before + 1 + 1_080);
  });

  const sql = (text: string) => app.app.get(DataSource).query<unknown[]>(text);

  /** Sends a file whose second page of rows finds no room. */
  async function breakOff(csv: string, key: string): Promise<void> {
    await sql(`
      CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.sku LIKE 'C 1500|%' THEN RAISE EXCEPTION 'No space left' USING ERRCODE = '53100'; END IF;
        RETURN NEW;
      END $$`);
    await sql('CREATE TRIGGER full_disk BEFORE INSERT ON products FOR EACH ROW EXECUTE FUNCTION full_disk()');
    expectProblem(await send(csv, key), 503, 'unavailable');
  }

  it('goes on where it was broken off, and answers as if it had not been', async () => {
    const key = randomUUID();
    await breakOff(file(2_000), key);
    const done = await sql(
      `SELECT FROM products WHERE sku LIKE 'C %' AND vendor_id = (SELECT id FROM vendors WHERE name = '${market}')`,
    );
    expect(done).toHaveLength(1_000);
    await sql('DROP TRIGGER full_disk ON products');

    const before = (await wholeLog(app)).length;
    expectProblem(await send(file(2_000, 101), key), 422, 'idempotency_key_reused');
    const retry = await send(file(2_000), key, instances.follower);
    expect(retry).toMatchObject({
      status: 200,
      body: { rows: 2_000, vendorsCreated: 1, created: 1_800, priceChanged: 0, unchanged: 0, rejected: 200 },
    });
    expect((await wholeLog(app)).length).toBe(before + 800);
    expect(plain(await send(file(2_000), key))).toEqual(plain(retry));
  });

  it('goes on with what an instance of the version before has done', async () => {
    const key = randomUUID();
    await breakOff(file(2_000), key);
    await sql('DROP TRIGGER full_disk ON products');
    await sql(`
      UPDATE idempotency_keys SET progress = jsonb_build_object(
        'summary', (progress->'summary') - '{importId,layout,rounded,contradictory}'::text[],
        'after', jsonb_build_object('date', progress->'after'->'day', 'line', progress->'after'->'line'))
      WHERE key = '${key}'`);
    const before = (await wholeLog(app)).length;
    expect(await send(file(2_000), key)).toMatchObject({
      status: 200,
      body: { layout: 'agmarknet', rows: 2_000, vendorsCreated: 1, created: 1_800, rounded: 0, rejected: 200 },
    });
    expect((await wholeLog(app)).length).toBe(before + 800);
  });

  it('is done once, though the lock is lost with its connection and another instance goes on', async () => {
    const key = randomUUID();
    expect((await send(file(2_000), randomUUID())).status).toBe(200);
    const before = (await wholeLog(app)).length;
    const lockWaits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                       AND state = 'active' AND query LIKE '%WITH stored AS%'`;
    const blocked = (count: number) =>
      waitFor(async () => (await sql(lockWaits)).length === count, { what: `${count} imports to wait` });
    const retried = await withClient(instances.database.url, async (other) => {
      await other.query(`BEGIN; SELECT FROM products WHERE sku LIKE 'C 0|%' FOR UPDATE`);
      const first = send(file(2_000, 200), key);
      await blocked(1);
      const cut = await sql(`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle' AND query LIKE '%staged_rows%'`);
      expect(cut).toHaveLength(1);
      const second = send(file(2_000, 200), key, instances.follower);
      await blocked(2);
      await other.query('COMMIT');
      return [await first, await second];
    });
    expect(retried.map(({ status }) => status)).toEqual([503, 503]);
    const last = await send(file(2_000, 200), key);
    expect(last).toMatchObject({
      status: 200,
      body: { rows: 2_000, vendorsCreated: 0, created: 0, priceChanged: 1_800, unchanged: 0, rejected: 200 },
    });
    expect((await wholeLog(app)).length).toBe(before + 1_800);
  });

  it('refuses a bad key, and keeps none of a file that it can not use', async () => {
    expectFieldError(await send(file(1), 'two words'), 'Idempotency-Key');
    const key = randomUUID();
    expectProblem(await send('not,a,header', key), 400, 'import_header_invalid');
    expect((await send(file(1), key)).status).toBe(200);
  });
});
