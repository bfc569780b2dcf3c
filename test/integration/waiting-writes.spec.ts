import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Product, Vendor } from '../../src/contracts/index.js';
import { type Answer, startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { expectProblem } from '../support/problems.js';

/** More than there are connections. */
const WAITERS = 20;
/** Milliseconds, on a busy machine; those that wait take 3 to 5 s. */
const SOON = 2_500;

/**
 * What waits for a locked row in a transaction of its own, or as a statement of its own, holds a connection meanwhile.
 * However many wait, others find one.
 */
describe('writes that wait for a locked row', () => {
  let app: TestApp;
  let other: pg.Client;
  let vendor: Vendor;
  let product: Product;
  let second: Vendor;
  const waiting: Promise<Answer<unknown>>[] = [];

  beforeAll(async () => {
    app = await startApp();
    vendor = await createVendor(app);
    second = await createVendor(app);
    product = await createProduct(app, { vendorId: vendor.id });
    other = new pg.Client({ connectionString: app.database.url });
    await other.connect();
  });
  beforeEach(() => other.query('BEGIN'));
  afterEach(async () => {
    await other.query('ROLLBACK');
    const answers = await Promise.all(waiting.splice(0));
    // Those that no connection was for in time are refused, and have done nothing.
    for (const answer of answers) if (answer.status !== 200) expectProblem(answer, 503);
  });
  afterAll(async () => {
    await other.end();
    await app.close();
  });

  const lock = (table: string, id: string) => other.query(`SELECT FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
  const waitersOf = async (): Promise<number> => {
    const { rows } = await other.query<{ count: number }>(
      "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    );
    return rows[0]!.count;
  };
  const keyed = (path: string, body: object, headers: Record<string, string> = {}) =>
    app.request('PATCH', path, body, { 'idempotency-key': randomUUID(), ...headers });
  const isSoon = async (request: () => Promise<Answer<unknown>>): Promise<void> => {
    const began = performance.now();
    expect((await request()).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(SOON);
  };

  it('with a key: five at once, three of one principal, and others go on', async () => {
    await lock('products', product.id);
    const authorization = await app.token({ role: 'vendor', vendorId: vendor.id });
    const path = `/api/products/${product.id}`;
    for (let count = 0; count < WAITERS; count += 1) {
      waiting.push(keyed(path, { basePrice: 200 + count, name: `Name ${count}` }, { authorization }));
    }
    await waitFor(async () => (await waitersOf()) > 0, { what: 'one of them to wait' });
    await isSoon(() => app.request('GET', path));
    // Another principal, with a key.
    await isSoon(() => keyed(`/api/vendors/${second.id}`, { name: randomUUID() }));
    await isSoon(() => app.request('PATCH', `/api/vendors/${second.id}`, { name: randomUUID() }));
    expect(await waitersOf()).toBeLessThanOrEqual(3);
  });

  it('of vendors: one of each, and others go on', async () => {
    await lock('vendors', vendor.id);
    for (let count = 0; count < WAITERS; count += 1) {
      waiting.push(app.request('PATCH', `/api/vendors/${vendor.id}`, { name: `Name ${count}` }));
    }
    await waitFor(async () => (await waitersOf()) > 0, { what: 'one of them to wait' });
    await isSoon(() => app.request('GET', `/api/products/${product.id}`));
    await isSoon(() => app.request('PATCH', `/api/vendors/${second.id}`, { name: randomUUID() }));
    expect(await waitersOf()).toBeLessThanOrEqual(1);
  });
});
