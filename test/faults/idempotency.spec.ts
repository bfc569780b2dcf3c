import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { FoundProduct, Page, Product, Vendor } from '../../src/contracts/index.js';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import { HEADER, priceLine } from '../support/agmarknet.js';
import { closeSequencing, type Gate } from '../support/cluster/database-faults.js';
import { Cluster, ensureBuilt } from '../support/cluster/index.js';
import type { HttpAnswer } from '../support/cluster/http-client.js';
import { holdStatements, type Hold, type Moment } from '../support/statement-hold.js';
import { waitFor } from '../support/processes.js';
import { bearer } from '../support/tokens.js';

/** Processes that die or stop while they hold a key, at points that PostgreSQL is made to wait at. */
describe('a request with an Idempotency-Key, and its instance', () => {
  let cluster: Cluster;
  let vendorId: string;
  let hold: Hold;

  beforeAll(async () => {
    await ensureBuilt();
    cluster = await Cluster.start({ instances: 2 });
  }, 60_000);
  beforeEach(async () => {
    vendorId = (await send<Vendor>(1, 'POST', '/api/vendors', { name: 'Ramesh' })).body.id;
  });
  afterEach(async () => {
    await hold.end();
    await cluster.heal();
    expect(await log()).toEqual([]);
  });
  afterAll(() => cluster.dispose());

  /** Instance 0 is the one that is hurt. */
  const send = <Body = Product>(to: number, method: string, path: string, body?: unknown, key?: string) =>
    cluster.client.send<Body>(method, `${cluster.instances[to]!.url}${path}`, {
      body,
      timeoutMs: 20_000,
      ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    });
  const creation = () => ({ vendorId, name: 'Onion', category: 'vegetables', basePrice: 10 });
  const stored = async () => {
    const { body } = await send<Page<FoundProduct>>(1, 'GET', `/api/products/search?vendorId=${vendorId}&limit=100`);
    return body.items;
  };
  /** What is wrong with the log and the table. */
  const log = () =>
    cluster.postgres.query(async (client) => {
      const report = await verifyLog(client);
      return isClean(report) ? [] : [report];
    });
  const unanswered = (request: Promise<HttpAnswer<unknown>>) =>
    request.then(
      ({ status }) => status,
      () => 'no answer',
    );

  it.each<[Moment, boolean]>([
    ['before the effect', false],
    ['before the commit', false],
    ['between commit and reply', true],
  ])('it is killed %s: the retry has one effect', async (moment, done) => {
    hold = await holdStatements(cluster.postgres.url(), moment);
    const key = randomUUID();
    const first = unanswered(send(0, 'POST', '/api/products', creation(), key));
    await hold.reached();
    await cluster.instances[0]!.kill();
    expect(await first).toBe('no answer');
    await hold.release();

    const retry = await send(1, 'POST', '/api/products', creation(), key);
    expect([retry.status, retry.headers['idempotency-replayed']]).toEqual([201, done ? 'true' : undefined]);
    expect(retry.headers.etag).toBe('"1"');
    expect((await stored()).map(({ id }) => id)).toEqual([retry.body.id]);
    const again = await send(1, 'POST', '/api/products', creation(), key);
    expect([again.status, again.body]).toEqual([201, retry.body]);
  });

  it.each<Moment>(['before the commit', 'between commit and reply'])(
    'it is killed %s while the retry waits for it already',
    async (moment) => {
      hold = await holdStatements(cluster.postgres.url(), moment);
      const key = randomUUID();
      const first = unanswered(send(0, 'POST', '/api/products', creation(), key));
      await hold.reached();
      const retries = [1, 1, 1].map((to) => send(to, 'POST', '/api/products', creation(), key));
      await hold.claimWaiting();
      await cluster.instances[0]!.kill();
      expect(await first).toBe('no answer');
      await hold.release();
      const answers = await Promise.all(retries);
      for (const { status, body } of answers) expect([status, body]).toEqual([201, answers[0]!.body]);
      expect((await stored()).map(({ id }) => id)).toEqual([answers[0]!.body.id]);
    },
  );

  describe('it is killed before it could invalidate, and the leader can not do it in its place', () => {
    let product: Product;
    let gate: Gate | undefined;
    /** The instance that doesn't lead: a new leader would clear the cache. */
    let victim: number;
    let other: number;

    beforeEach(async () => {
      const leader = await cluster.leader();
      other = cluster.instances.indexOf(leader);
      victim = 1 - other;
      ({ body: product } = await send(other, 'POST', '/api/products', creation()));
      await waitFor(async () => (await leader.eventStats()).backlog === 0, { what: 'the log to settle' });
      gate = await closeSequencing(cluster.postgres);
    });
    afterEach(() => open());

    const open = async () => {
      await gate?.open();
      gate = undefined;
    };
    const shown = async () => {
      const { body } = await send<Page<FoundProduct>>(other, 'GET', `/api/products/search?vendorId=${vendorId}`);
      return [body.items[0]!.basePrice, body.items[0]!.vendor.name];
    };
    const killedIn = async (request: Promise<HttpAnswer<unknown>>) => {
      const first = unanswered(request);
      await hold.reached();
      await cluster.instances[victim]!.kill();
      expect(await first).toBe('no answer');
      await hold.release();
    };

    it.each([
      ['a price', () => `/api/products/${product.id}`, { basePrice: 77 }, [77, 'Ramesh']],
      ['a vendor', () => `/api/vendors/${vendorId}`, { name: 'Suresh' }, [10, 'Suresh']],
    ])('a replay of %s waits until it is done', async (_what, path, fields, changed) => {
      const key = randomUUID();
      const change = (to: number) => send(to, 'PATCH', path(), fields, key);
      await shown();
      hold = await holdStatements(cluster.postgres.url(), 'between commit and reply');
      await killedIn(change(victim));
      const afterReplay = change(other).then(async ({ status, headers }) => [
        status,
        headers['idempotency-replayed'],
        ...(await shown()),
      ]);
      // The page is cached, and nobody has invalidated it. A replay waits for a bounded time, so the looks have to end
      // well before that on a slow machine, too.
      const until = performance.now() + 500;
      for (let look = 0; look < 20 && performance.now() < until; look += 1) {
        expect(await shown()).toEqual([10, 'Ramesh']);
      }
      await open();
      expect(await afterReplay).toEqual([200, 'true', ...changed]);
    });
  });

  it('it is paused in the transaction: neither the key nor the rows stay locked', async () => {
    const { body: product } = await send(1, 'POST', '/api/products', creation());
    const patch = (to: number, basePrice: number, key?: string) =>
      send(to, 'PATCH', `/api/products/${product.id}`, { basePrice }, key);
    hold = await holdStatements(cluster.postgres.url(), 'before the commit');
    const key = randomUUID();
    const first = unanswered(patch(0, 20, key));
    await hold.reached();
    cluster.instances[0]!.pause();
    await hold.release();
    // Both wait until PostgreSQL ends the session that has gone quiet.
    const [retry, other] = await Promise.all([patch(1, 20, key), patch(1, 30)]);
    expect([retry.status, retry.headers['idempotency-replayed'], other.status]).toEqual([200, undefined, 200]);
    cluster.instances[0]!.resume();
    expect(await first).toBe(503);
    const history = await send<{ events: { product: Product }[] }>(1, 'GET', `/api/products/${product.id}/history`);
    expect(history.body.events.map(({ product: { basePrice } }) => basePrice).sort()).toEqual([10, 20, 30]);
  });

  it('it is killed in an import: the retry goes on behind what is done, and answers as the first would have', async () => {
    const lines = Array.from({ length: 2_500 }, (_none, index) =>
      priceLine({ market: `Market ${vendorId}`, commodity: `C ${index}`, price: 100 }),
    );
    const csv = [HEADER, ...lines].join('\n');
    const key = randomUUID();
    const authorization = await bearer();
    const upload = async (to: number) => {
      const response = await fetch(`${cluster.instances[to]!.url}/api/imports/agmarknet`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv', 'idempotency-key': key, authorization },
        body: csv,
      });
      return { status: response.status, headers: {}, body: (await response.json()) as Record<string, number> };
    };
    hold = await holdStatements(cluster.postgres.url(), 'in the third page');
    const first = unanswered(upload(0));
    await hold.reached();
    await cluster.instances[0]!.kill();
    expect(await first).toBe('no answer');
    await hold.release();

    const retry = await upload(1);
    const counts = { rows: 2_500, vendorsCreated: 1, created: 2_500, priceChanged: 0, unchanged: 0, rejected: 0 };
    expect(retry).toMatchObject({ status: 200, body: counts });
    expect((await upload(1)).body).toEqual(retry.body);
  });
});
