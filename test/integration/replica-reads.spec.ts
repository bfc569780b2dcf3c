import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { TcpProxy } from '../support/cluster/tcp-proxy.js';
import { leads } from '../support/instances.js';
import { type PostgresPair, startPostgresPair } from '../support/postgres-pair.js';
import { waitFor } from '../support/processes.js';
import { readAndWrite, replicaReads, type ReadsAfterWrites, Shop } from '../support/reads-after-writes.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';

Logger.overrideLogger(false);

const LONG = { timeoutMs: 30_000 };

interface Part {
  status: string;
  detail?: string;
}

/** G1 and G16 with a replica that streams, over two instances and one Redis. */
describe('reads from a replica', () => {
  let pair: PostgresPair;
  let proxy: TcpProxy;
  let redis: TestRedis;
  let apps: TestApp[];
  let shop: Shop;

  beforeAll(async () => {
    [pair, redis] = await Promise.all([startPostgresPair(), startRedis()]);
    const port = Number(pair.replica.host.split(':')[1]);
    proxy = await TcpProxy.open(() => port);
    const url = new URL(pair.replica.url);
    url.port = String(proxy.port);
    const env = { DATABASE_REPLICA_URLS: url.href, REDIS_URL: redis.url };
    const start = (): Promise<TestApp> =>
      startApp({ database: { url: pair.primary.url, drop: () => Promise.resolve() }, env });
    apps = [await start()];
    await leads(apps[0]!);
    apps.push(await start());
    shop = await Shop.open(apps[0]!);
    await inUse();
  }, 90_000);
  afterEach(async () => {
    await proxy.restore();
    await delay('0');
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await proxy.close();
    await redis.stop();
    await pair.stop();
  }, 60_000);

  const part = async (app: TestApp): Promise<Part> => {
    const { body } = await app.request<{ parts: Record<string, Part> }>('GET', '/health');
    return body.parts.replicas!;
  };
  const inUse = (): Promise<unknown> =>
    waitFor(async () => (await Promise.all(apps.map(part))).every(({ status }) => status === 'up'), {
      ...LONG,
      what: 'the replica to be in use',
    });
  const degraded = (detail: RegExp): Promise<unknown> =>
    waitFor(
      async () =>
        (await Promise.all(apps.map(part))).every((one) => one.status === 'degraded' && detail.test(one.detail ?? '')),
      { ...LONG, what: `the replica to be left alone: ${detail.source}` },
    );
  const traffic = (ms: number, pause?: number): Promise<ReadsAfterWrites> =>
    readAndWrite(apps, shop, { readers: 8, writers: 4, ms, ...(pause !== undefined && { pause }) });
  const delay = async (time: string): Promise<void> => {
    await pair.replica.query(`ALTER SYSTEM SET recovery_min_apply_delay = '${time}'`);
    await pair.replica.query('SELECT pg_reload_conf()');
  };
  const counts = (): Promise<Record<string, number>> => replicaReads(apps);

  const isFresh = async (ms: number): Promise<Record<string, number>> => {
    const before = await counts();
    const { reads, writes, stale, failures } = await traffic(ms, 20);
    expect(stale).toEqual([]);
    expect(failures).toBe(0);
    expect(Math.min(reads, writes)).toBeGreaterThan(10);
    const after = await counts();
    return Object.fromEntries(Object.entries(after).map(([result, count]) => [result, count - before[result]!]));
  };

  it('never miss what was acknowledged before them, while all write', async () => {
    const { at_once: atOnce, after_a_wait: waited } = await isFresh(6_000);
    expect(atOnce! + waited!).toBeGreaterThan(10);
    // What nobody changes is read from it at once.
    await waitFor(answersAtOnce, { ...LONG, what: 'reads at once' });
  }, 60_000);

  it.each(['2s', '30s'])(
    'never do while it is behind by %s, and are answered all the same',
    async (time) => {
      await delay(time);
      const { behind, at_once: atOnce } = await isFresh(6_000);
      expect(behind!).toBeGreaterThan(atOnce!);
      await delay('0');
      await waitFor(answersAtOnce, { ...LONG, what: 'reads at once' });
    },
    60_000,
  );

  it('never do while its replay stands still, and go to it again afterwards', async () => {
    await pair.replica.query('SELECT pg_wal_replay_pause()');
    expect((await isFresh(3_000)).behind).toBeGreaterThan(10);
    await pair.replica.query('SELECT pg_wal_replay_resume()');
    await waitFor(answersAtOnce, { ...LONG, what: 'reads at once' });
  }, 60_000);

  it('go on when it is killed, cut off or says nothing, and come back to it', async () => {
    const trouble = traffic(9_000, 20);
    await pair.replica.kill();
    await degraded(/out of reach/);
    await pair.replica.start();
    await inUse();
    proxy.stall();
    await degraded(/out of reach/);
    await proxy.restore();
    await inUse();
    await proxy.refuse();
    await degraded(/out of reach/);
    await proxy.restore();
    await inUse();
    const { stale, failures } = await trouble;
    expect(stale).toEqual([]);
    expect(failures).toBe(0);
    await waitFor(answersAtOnce, { ...LONG, what: 'reads at once' });
  }, 90_000);

  // The last, as there is no replica afterwards.
  it('leave it alone from the moment it is promoted, also when it is a standby again', async () => {
    await pair.replica.promote();
    // It goes further than the primary, on a history of its own.
    await pair.replica.query(`UPDATE products SET description = 'elsewhere', version = version + 1000`);
    await pair.replica.query('CREATE TABLE elsewhere AS SELECT generate_series(1, 20000)');
    const { at_once: atOnce, after_a_wait: waited } = await isFresh(2_000);
    expect([atOnce, waited]).toEqual([0, 0]);
    await degraded(/is no standby/);
    for (const app of apps) {
      const { body } = await app.request<{ items: { description: string }[] }>(
        'GET',
        '/api/products/search?category=fruit&limit=99',
      );
      expect(body.items.map(({ description }) => description)).not.toContain('elsewhere');
    }

    await pair.replica.demote();
    const again = await isFresh(2_000);
    expect([again.at_once, again.after_a_wait]).toEqual([0, 0]);
    await degraded(/does not stream|another history/);
  }, 90_000);

  /** Reads products, which are never cached, on all instances, without a write. */
  async function answersAtOnce(): Promise<boolean> {
    const before = (await counts()).at_once!;
    for (const app of apps) for (let number = 0; number < 8; number += 1) await shop.read(app, 4 * number);
    return (await counts()).at_once! === before + 8 * apps.length;
  }
});

describe('a replica of DATABASE_REPLICA_URLS', () => {
  let pair: PostgresPair;
  let app: TestApp | undefined;

  beforeAll(async () => {
    pair = await startPostgresPair();
  }, 60_000);
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });
  afterAll(() => pair.stop());

  const start = (replicas: string, url = pair.primary.url, env: Record<string, string> = {}): Promise<TestApp> =>
    startApp({
      database: { url, drop: () => Promise.resolve() },
      env: { DATABASE_REPLICA_URLS: replicas, ...env },
    });
  const detail = async (): Promise<string> => {
    const { body } = await app!.request<{ parts: Record<string, Part> }>('GET', '/health');
    return body.parts.replicas!.detail!;
  };

  it('that is out of reach, of another database, or none at all, does not keep the product from starting', async () => {
    const other = await testDatabase();
    const gone = 'postgres://nobody@127.0.0.1:1/market';
    try {
      app = await start([gone, other.url, pair.primary.url, pair.replica.url].join(','));
      const stated =
        /^replica 1 is out of reach, replica 2 is of another database, replica 3 is no standby, replica 4 is 0/;
      await waitFor(async () => stated.test(await detail()), { ...LONG, what: 'the parts of /health' });
      expect((await app.request('GET', '/health')).body.status).toBe('degraded');
      expect((await app.request('GET', '/health/ready')).status).toBe(200);
    } finally {
      await other.drop();
    }
  }, 60_000);

  it('needs a role that may know which timeline it streams', async () => {
    await pair.primary.query(`CREATE ROLE plain LOGIN PASSWORD 'plain'`);
    await pair.primary.query('CREATE DATABASE market');
    const own = new URL(pair.primary.url);
    own.pathname = '/market';
    const url = new URL(pair.replica.url);
    Object.assign(url, { pathname: '/market', username: 'plain', password: 'plain' });
    app = await start(url.href, own.href);
    const admin = new pg.Client({ connectionString: own.href });
    await admin.connect();
    try {
      await admin.query('GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain');
      await waitFor(async () => /does not say/.test(await detail()), { ...LONG, what: 'the right to be missing' });
      await admin.query('GRANT pg_read_all_stats TO plain');
      await waitFor(async () => /is 0.0 s behind/.test(await detail()), { ...LONG, what: 'the replica to be in use' });
    } finally {
      await admin.end();
    }
  }, 60_000);

  it('answers the searches of a single instance without Redis', async () => {
    app = await start(pair.replica.url);
    const shop = await Shop.open(app);
    await waitFor(async () => /is 0.0 s behind/.test(await detail()), { ...LONG, what: 'the replica to be in use' });
    const { stale, failures } = await readAndWrite([app], shop, { readers: 4, writers: 2, ms: 3_000, pause: 50 });
    expect(stale).toEqual([]);
    expect(failures).toBe(0);
    const { at_once: atOnce, after_a_wait: waited, floor_unknown: unknown } = await replicaReads([app]);
    expect(atOnce! + waited!).toBeGreaterThan(10);
    // Products that aren't searched: other instances, if there are any, tell nothing.
    expect(unknown).toBeGreaterThan(10);
  }, 60_000);

  // The last, as only one server is left.
  it('that becomes the primary is read as such', async () => {
    app = await start(pair.replica.url, pair.url);
    const shop = await Shop.open(app);
    await pair.synchronous();
    await waitFor(async () => /behind/.test(await detail()), { ...LONG, what: 'the replica to be in use' });
    const before = await readAndWrite([app], shop, { readers: 4, writers: 2, ms: 1_500, pause: 20 });
    await pair.primary.kill();
    await pair.replica.promote();
    await waitFor(() => shop.write(app!), { ...LONG, what: 'a change to be acknowledged' });
    const after = await readAndWrite([app], shop, { readers: 4, writers: 2, ms: 2_000, pause: 20 });
    expect([...before.stale, ...after.stale]).toEqual([]);
    expect(await detail()).toBe('replica 1 is no standby');
  }, 90_000);
});
