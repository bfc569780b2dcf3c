import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import type { Product, ProductEvent } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { ofProducts } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { projectionState } from '../support/projection-states.js';
import { groupBy } from '../../src/infra/index.js';
import { wholeLog } from '../support/reading.js';
import { runTraffic } from '../support/traffic.js';
import { withClient } from '../support/with-client.js';

/** Of this run; write it in its place to have the same choices again. */
const SEED = Date.now() % 1_000_000;

interface Version {
  id: string;
  from: number;
  to: number | null;
  version: number;
  basePrice: number;
  availability: string;
  name: string;
}

/** G13 of `product_versions`: what is kept of random writes is what the log says, event by event. */
describe(`versions of products, after random writes (seed ${SEED})`, () => {
  let app: TestApp;
  let log: ProductEvent[];

  beforeAll(async () => {
    app = await startApp();
    const { id: vendorId } = await createVendor(app);
    await runTraffic([app], { vendorId, clients: 8, writes: 1_000, seed: SEED });
    await app.request('PATCH', `/api/vendors/${vendorId}`, { district: 'Elsewhere' });
    const all = await wholeLog(app);
    log = ofProducts(all);
    await waitFor(async () => (await projectionState(app, 'product-history'))?.position === all.at(-1)!.position, {
      what: 'the projection to catch up',
    });
  });
  afterAll(() => app.close());

  it('are each of the positions between its event and the next one', async () => {
    const expected: Version[] = [...groupBy(log, ({ productId }) => productId)].flatMap(([id, events]) => {
      const changes = events.filter(({ version }, index) => version !== events[index - 1]?.version);
      return changes.flatMap(({ position, eventType, product }, index) =>
        eventType === 'product_deleted' ? [] : [versionOf(id, position, changes[index + 1]?.position ?? null, product)],
      );
    });
    const kept = await withClient(app.database.url, async (client) => {
      const { rows } = await client.query<Version>(`
        SELECT v.id, from_position::float8 AS from, to_position::float8 AS to, version,
               base_price::float8 AS "basePrice", availability, t.name
        FROM product_versions v JOIN product_version_texts t ON t.id = v.text_id`);
      return rows;
    });
    expect(sorted(kept)).toEqual(sorted(expected));
  });

  it('are what `verify` makes of the log, and it sees any that isn’t', async () => {
    await withClient(app.database.url, async (client) => {
      expect(isClean(await verifyLog(client))).toBe(true);
      const { rows } = await client.query<{ table: string }>(
        `SELECT 'product_versions_' || id AS table FROM projection_builds WHERE projection = 'product-history'`,
      );
      const { table } = rows[0]!;
      const identities = table.replace('product_versions', 'product_identities');
      await client.query(`UPDATE ${identities} SET to_position = from_position + 1
                          WHERE ctid = (SELECT ctid FROM ${identities} WHERE to_position IS NULL LIMIT 1)`);
      await client.query(`UPDATE ${table} SET base_price = base_price + 1
                          WHERE ctid = (SELECT ctid FROM ${table} WHERE to_position IS NOT NULL LIMIT 1)`);
      const { projections } = await verifyLog(client);
      expect(projections.find(({ name }) => name === 'product-history')).toMatchObject({
        differences: [
          { table: 'product_versions', rows: 2 },
          { table: 'product_identities', rows: 2 },
        ],
      });
    });
  });
});

const versionOf = (id: string, from: number, to: number | null, product: Product): Version => {
  const { version, basePrice, availability, name } = product;
  return { id, from, to, version, basePrice, availability, name };
};
const sorted = (versions: readonly Version[]): Version[] =>
  [...versions].sort((one, other) => one.from - other.from || (one.id < other.id ? -1 : 1));
