import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { verifyLog } from '../../src/cli/verify-log.js';
import type { FoundProducts, ProjectionState } from '../../src/contracts/index.js';
import { ProductVersions } from '../../src/inventory/products/versions/product-versions.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { type HeldBatches, holdBatches, projectionState } from '../support/projection-states.js';
import type { TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/with-client.js';

/** Makes the live tables of the history, and what is noted of them, what version 2 would have left in the database. */
async function asOfVersion2(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `UPDATE projection_builds
     SET version = 2, tables = array_remove(tables, 'product_identities'),
         recompute = (recompute::jsonb - 'product_identities')::json
     WHERE projection = 'product-history' AND status = 'live' RETURNING id`,
  );
  await client.query('DROP VIEW product_identities');
  await client.query(`DROP TABLE product_identities_${rows[0]!.id}`);
}

/** G13: an updated server has the past throughout, from the tables of the version before until there are new ones. */
describe('The past after an update to another version of its tables', () => {
  let database: TestDatabase;
  let app: TestApp;
  let before: unknown[];
  let position: number;
  let vendors: string[];
  /** Of an answer to a search of the past as soon as the server listens. */
  let early: number;
  let held: HeldBatches;

  beforeAll(async () => {
    database = await testDatabase();
    const old = await startApp({ database });
    vendors = [(await createVendor(old, { state: 'Goa' })).id, (await createVendor(old, { state: 'Kerala' })).id];
    const [vendorId, other] = vendors as [string, string];
    const onion = await createProduct(old, { vendorId, name: 'Onion' });
    const tomato = await createProduct(old, { vendorId: other, name: 'Tomato' });
    const change = (id: string, body: object): unknown => old.request('PATCH', `/api/products/${id}`, body);
    for (const basePrice of [31, 32, 33]) await change(onion.id, { basePrice });
    position = (await old.request<FoundProducts>('GET', '/api/products/search')).body.position;
    before = await answersOf(old);
    await change(onion.id, { name: 'Red onion' });
    await change(tomato.id, { basePrice: 90 });
    await waitFor(async () => (await stateOf(old))!.position >= position + 2, { what: 'the history' });
    await old.close();
    await withClient(database.url, asOfVersion2);
    held = holdBatches(ProductVersions);
    app = await startApp({ database });
    early = (await app.request('GET', `/api/products/search?asOf=${position}`)).status;
    await waitFor(async () => (await stateOf(app))?.rebuilding, { what: 'the build to begin' });
  });
  afterAll(async () => {
    held.begin();
    jest.restoreAllMocks();
    await app.close();
    await database.drop();
  });

  const stateOf = (of: TestApp): Promise<ProjectionState | undefined> => projectionState(of, 'product-history');
  async function answersOf(of: TestApp): Promise<unknown[]> {
    const queries = ['', 'q=onion', 'sort=price_asc', 'state=Goa', `vendorId=${vendors[1]}`, 'facets=category,state'];
    const answers: unknown[] = [];
    for (const query of queries) {
      const { status, body } = await of.request<FoundProducts>('GET', `/api/products/search?${query}&asOf=${position}`);
      expect({ query, status, body }).toMatchObject({ status: 200 });
      answers.push([query, body.items, body.facets]);
    }
    return answers;
  }

  it('is asked for again by who comes before the views are changed', () => {
    expect([200, 503]).toContain(early);
  });

  it('is answered from the tables of before, as it was, while the new ones are built', async () => {
    expect(await stateOf(app)).toMatchObject({ version: 2 });
    expect(await answersOf(app)).toEqual(before);
  });

  it('is that of the new tables when these are there', async () => {
    held.begin();
    await waitFor(async () => (await stateOf(app))?.version === 3, { what: 'the new tables' });
    expect(await answersOf(app)).toEqual(before);
    const { projections } = await withClient(database.url, (client) => verifyLog(client));
    expect(projections.find(({ name }) => name === 'product-history')).toMatchObject({ differences: [] });
  });
});
