import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Product } from '../../src/contracts/index.js';
import { openDatabase } from '../../src/database/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { eventStats } from '../support/instances.js';
import { type PostgresPair, startPostgresPair } from '../support/postgres-pair.js';
import { waitFor } from '../support/processes.js';
import { changePrice } from '../support/recovery.js';
import { GENERAL, listen } from '../support/rooms.js';

Logger.overrideLogger(false);

const LONG = { timeoutMs: 30_000 };

/** `DATABASE_URL` with several servers, of which one can be written. */
describe('a database of two servers', () => {
  let pair: PostgresPair;
  let app: TestApp | undefined;

  beforeEach(async () => {
    app = undefined;
    pair = await startPostgresPair();
  }, 60_000);
  afterEach(async () => {
    await app?.close();
    await pair.stop();
  });

  const start = (): Promise<TestApp> => startApp({ database: { url: pair.url, drop: () => Promise.resolve() } });
  const changed = (id: string): Promise<boolean> =>
    waitFor(
      () =>
        changePrice(app!, id).then(
          () => true,
          () => false,
        ),
      { ...LONG, what: 'a change to be acknowledged' },
    );
  const epoch = async (): Promise<string> => (await eventStats(app!)).epoch;

  it('is written where it can be, and goes on in the same epoch when a synchronous replica is promoted', async () => {
    app = await start();
    await pair.synchronous();
    const product = await createProduct(app);
    const listener = await listen(app, GENERAL);
    for (let time = 0; time < 5; time += 1) await changePrice(app, product.id);
    const before = await epoch();

    await pair.primary.kill();
    await pair.replica.promote();
    await changed(product.id);
    for (let time = 0; time < 5; time += 1) await changePrice(app, product.id);

    const { body } = await app.request<Product>('GET', `/api/products/${product.id}`);
    const [stored] = await pair.replica.query<{ version: number }>('SELECT version FROM products WHERE id = $1', [
      product.id,
    ]);
    expect(stored!.version).toBe(body.version);
    expect(body.version).toBeGreaterThanOrEqual(12);
    expect(await epoch()).toBe(before);
    const position = (await eventStats(app)).lastPosition;
    const positions = (): number[] => listener.seen.map(({ position }) => position);
    await waitFor(() => positions().includes(position), { ...LONG, what: 'the last event' });
    expect(positions()).toEqual([...new Set(positions())].sort((one, other) => one - other));
    expect(positions().at(-1)! - positions()[0]! + 1).toBe(positions().length);
  }, 90_000);

  it('is the one promoted last when a former primary comes back', async () => {
    app = await start();
    const product = await createProduct(app);
    await waitFor(async () => (await pair.replica.query('SELECT FROM products')).length === 1, { what: 'the copy' });
    await pair.primary.kill();
    await pair.replica.promote();
    await changed(product.id);
    await app.close();
    app = undefined;

    await pair.primary.start();
    app = await start();
    await changePrice(app, product.id);
    const prices = await Promise.all(
      [pair.primary, pair.replica].map((server) =>
        server.query<{ version: number }>('SELECT version FROM products WHERE id = $1', [product.id]),
      ),
    );
    expect(prices.map(([row]) => row!.version)).toEqual([1, 3]);
  }, 90_000);

  it('says in one line why none of them will do', async () => {
    await pair.primary.kill();
    const logger = { log: () => undefined, warn: () => undefined, error: () => undefined };
    const { host: one } = pair.replica;
    const { host: other } = pair.primary;
    await expect(openDatabase(pair.url, logger)).rejects.toThrow(
      `PostgreSQL of DATABASE_URL is out of reach: none of the servers can be written: ${one} is a standby; ` +
        `${other} is out of reach (connect ECONNREFUSED ${other})`,
    );
  }, 60_000);
});
