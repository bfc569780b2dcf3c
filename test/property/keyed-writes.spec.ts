import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import type { Answer } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { type Instances, startTwoInstances } from '../support/instances.js';
import { randomOf } from '../support/interleaving.js';
import { wholeLog } from '../support/reading.js';
import { withClient } from '../support/with-client.js';

/** Of this run; write it in its place to have the same choices again. */
const SEED = Date.now() % 1_000_000;
const CLIENTS = 12;
const WRITES = 600;
const SKUS = 12;

interface Request {
  method: string;
  path: string;
  body?: unknown;
  /** That this request alone would set. */
  price: number;
  /** Undefined: sent once, without a key. */
  key: string | undefined;
  answers: Answer<Record<string, unknown>>[];
}

/** Clients who repeat what they send, at once and later, to either of two instances, all over the same products. */
describe(`${WRITES} writes, most of them with a key and repeated (seed ${SEED})`, () => {
  let instances: Instances;
  let vendorId: string;
  const requests: Request[] = [];

  beforeAll(async () => {
    instances = await startTwoInstances();
    vendorId = (await createVendor(instances.leader)).id;
    await Promise.all(Array.from({ length: CLIENTS }, (_none, index) => client(randomOf(SEED + index))));
  });
  afterAll(() => instances.close());

  /** The product known to have each sku. */
  const known: string[] = [];
  let serial = 0;

  async function client(random: (below: number) => number): Promise<void> {
    const mine: Request[] = [];
    while (serial < WRITES) {
      const request = next(random);
      mine.push(request);
      requests.push(request);
      const times = request.key === undefined ? 1 : 1 + random(3);
      await Promise.all(Array.from({ length: times }, () => send(request, random)));
      const { id } = request.answers[0]!.body as Partial<Product>;
      if (id !== undefined) known[random(SKUS)] = id;
      const old = mine[random(mine.length)]!;
      if (random(3) === 0 && old.key !== undefined) await send(old, random);
    }
  }

  function next(random: (below: number) => number): Request {
    serial += 1;
    const price = serial;
    const key = random(4) === 0 ? undefined : `key-${serial}`;
    const of = (method: string, path: string, body?: unknown): Request => ({
      method,
      path,
      body,
      price,
      key,
      answers: [],
    });
    const id = known[random(SKUS)];
    const item = { sku: `s${random(SKUS)}`, name: 'Onion', category: 'vegetables', basePrice: price };
    const kind = id === undefined ? 0 : random(10);
    if (kind < 2) return of('POST', '/api/products', { ...item, vendorId });
    if (kind < 4) return of('PUT', `/api/vendors/${vendorId}/inventory`, { items: [item] });
    if (kind < 5) return of('DELETE', `/api/products/${id}`);
    if (kind < 6) return of('PATCH', `/api/products/${id}`, { sku: item.sku, basePrice: price });
    return of('PATCH', `/api/products/${id}`, { basePrice: price });
  }

  async function send(request: Request, random: (below: number) => number): Promise<void> {
    const { method, path, body, key } = request;
    const app = [instances.leader, instances.follower][random(2)]!;
    request.answers.push(await app.request(method, path, body, key === undefined ? {} : { 'idempotency-key': key }));
  }

  it('answers every request of a key the same', () => {
    const repeated = requests.filter(({ answers }) => answers.length > 1);
    expect(repeated.length).toBeGreaterThan(WRITES / 4);
    for (const { answers } of repeated) {
      for (const { status, body } of answers) expect([status, body]).toEqual([answers[0]!.status, answers[0]!.body]);
      expect(answers.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    }
    const statuses = new Set(requests.map(({ answers }) => answers[0]!.status));
    expect([...statuses].filter((status) => ![200, 201, 204, 404, 409].includes(status))).toEqual([]);
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 204, 404, 409]));
  });

  it('has each acknowledged price in the log once, and no other', async () => {
    const written = (await wholeLog(instances.leader)).flatMap(({ eventType, product, changes }) =>
      eventType === 'product_created'
        ? [product.basePrice]
        : changes.filter(({ field }) => field === 'basePrice').map(({ newValue }) => newValue as number),
    );
    const acknowledged = requests.filter(({ method, answers }) => method !== 'DELETE' && answers[0]!.status < 300);
    const byValue = (a: number, b: number) => a - b;
    expect(written.sort(byValue)).toEqual(acknowledged.map(({ price }) => price).sort(byValue));
  });

  it('leaves the products as the fold of the log', async () => {
    await withClient(instances.database.url, async (client) => {
      const report = await verifyLog(client);
      expect(report).toMatchObject({ holes: 0, versionBreaks: [], differences: [] });
      expect(isClean(report)).toBe(true);
      const { rows } = await client.query(`SELECT FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'
                                           AND datname = current_database()`);
      expect(rows).toHaveLength(0);
    });
  });
});
