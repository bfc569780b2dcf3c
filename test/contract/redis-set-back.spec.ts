import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisCacheStore } from '../../src/search-cache/redis/redis-cache-store.js';
import { SeenHistory, serverIds } from '../../src/search-cache/redis/seen-history.js';
import { GENERAL_SCOPE } from '../../src/search-cache/scopes/scope-names.js';
import { LEASE_MS } from '../../src/search-cache/store/search-cache-store.js';
import { type CacheEngine, redisEngine, TEST_KEYS, tokensOf } from '../support/cache-engines.js';
import { waitFor } from '../support/processes.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const SPICES = 'search:cache:category:spices#set';
const SCOPES = [GENERAL_SCOPE, SPICES];
const PAGE = { body: Buffer.from('{}'), etag: '"one"' };

/** What a process notices of a Redis that goes back to an earlier state while the connection stays as it is. */
describe('a Redis that is set back under a live connection', () => {
  let engine: CacheEngine;
  let writer: RedisCacheStore;
  let reader: RedisCacheStore;
  let noticed: string[];

  beforeAll(async () => {
    engine = await redisEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    // Those of the test before lose their connections now.
    const heard: string[] = [];
    noticed = heard;
    writer = (await engine.open()) as RedisCacheStore;
    reader = engine.again() as RedisCacheStore;
    writer.onPossibleRollback(() => heard.push('writer'));
    reader.onPossibleRollback(() => heard.push('reader'));
    await writer.renewLease();
    await writer.invalidate(['never:seen']);
    await reader.fill('a', PAGE, tokensOf(await reader.read('a', SCOPES, null)), []);
    for (let time = 0; time < 2; time += 1) expect(await result()).toBe('hit');
  });

  const result = async (by = reader): Promise<string> => (await by.read('a', SCOPES, null)).result;
  /** Redis forgets this. */
  const undone = async (work: () => Promise<unknown>): Promise<void> => {
    const restore = await engine.snapshot();
    await work();
    await restore();
  };

  it('is noticed by the process that has renewed what is lost, and then no page is left', async () => {
    await undone(() => writer.invalidate([SPICES]));
    expect(await result()).toBe('hit');
    await writer.watch();
    expect([noticed, await result()]).toEqual([['writer'], 'miss']);
  });

  it('is noticed with the next renewal as well, before that is acknowledged', async () => {
    await undone(() => writer.invalidateWatched(() => [SPICES]));
    await writer.invalidateWatched(() => ['product:1']);
    expect([noticed, await result()]).toEqual([['writer'], 'miss']);
  });

  it('is noticed when a clearing is lost', async () => {
    await undone(() => writer.clear());
    await writer.watch();
    expect([noticed, await result()]).toEqual([['writer'], 'miss']);
  });

  it('is noticed though others have renewed so much since that the count of invalidations is higher than ever', async () => {
    await undone(() => writer.invalidate([SPICES]));
    for (let time = 0; time < 10; time += 1) await reader.invalidate([`product:${time}`]);
    expect(await result()).toBe('hit');
    await writer.watch();
    expect([noticed, await result()]).toEqual([['writer'], 'miss']);
  });

  it('is noticed by a reader whose page has a lower count of invalidations than it has seen', async () => {
    await undone(async () => {
      await writer.invalidate(['product:1']);
      expect(await result()).toBe('hit');
    });
    expect([await result(), noticed]).toEqual(['bypass', ['reader']]);
  });

  it('is noticed by the ids of the server, whichever process has renewed what is lost', async () => {
    const other = await redisEngine();
    const elsewhere = (await other.open()) as RedisCacheStore;
    const proxy = await startTcpProxy(reader['redis'].options.port!);
    const connection = new Redis(proxy.port, proxy.host);
    const store = new RedisCacheStore(connection, reader['owner'], 100, 300);
    let times = 0;
    store.onPossibleRollback(() => (times += 1));
    // So that its own commands say nothing.
    store['history'].next = () => [0, 1, 1_000];
    for (let time = 0; time < 2; time += 1) await store.watch();
    expect(times).toBe(0);
    await proxy.switchTo(elsewhere['redis'].options.port!);
    await store.watch();
    expect(times).toBe(1);
    connection.disconnect();
    await proxy.close();
    await other.stop();
  });

  it('is not suspected while everything goes on', async () => {
    for (let time = 0; time < 5; time += 1) {
      await Promise.all([
        writer.watch(),
        reader.watch(),
        writer.invalidate([`product:${time}`]),
        reader.invalidate([]),
      ]);
      await Promise.all([result(), result(writer)]);
    }
    await writer.clear();
    await writer.watch();
    expect(noticed).toEqual([]);
  });
});

it('is told by the run id of another server, or by the replication id of one that has been a replica meanwhile', () => {
  const ids = (run: string, replication: string): string =>
    serverIds(`# Server\r\nrun_id:${run}\r\ntcp_port:1\r\n`, `role:master\r\nmaster_replid:${replication}\r\n`);
  const seen = new SeenHistory();
  const answers = [ids('a', 'r'), ids('a', 'r'), ids('b', 'r'), ids('b', 's'), '', ids('b', 's')];
  expect(answers.map((one) => seen.sawServer(one))).toEqual([true, true, false, false, true, true]);
});

describe('a renewal of the lease', () => {
  let engine: CacheEngine;
  let proxy: TcpProxy;
  let admin: RedisCacheStore;
  let connection: Redis;
  let store: RedisCacheStore;

  beforeAll(async () => {
    engine = await redisEngine();
    admin = (await engine.open()) as RedisCacheStore;
    proxy = await startTcpProxy(admin['redis'].options.port!);
    connection = new Redis(proxy.port, proxy.host);
    store = new RedisCacheStore(connection, admin['owner'], 100, 300);
  });
  afterAll(async () => {
    connection.disconnect();
    await proxy.close();
    await engine.stop();
  });

  const leaseMs = async (): Promise<number> => (await admin.stats()).leaseMs;

  it('vouches for ten seconds from the moment that it is about, not from that of its arrival', async () => {
    await store.renewLease(performance.now() - 4_000);
    expect(await leaseMs()).toBeLessThanOrEqual(6_000);
    expect(await leaseMs()).toBeGreaterThan(4_000);
    await store.renewLease();
    expect(await leaseMs()).toBeGreaterThan(8_000);
  });

  it('that a stalled link delivers late vouches for nothing', async () => {
    await store.renewLease();
    await engine.endLease();
    const since = performance.now() - LEASE_MS + 300;
    proxy.stall();
    const late = expect(store.renewLease(since)).rejects.toThrow(/too late/);
    await waitFor(() => performance.now() > since + LEASE_MS + 50, { what: 'the end of what it vouches for' });
    proxy.deliver();
    await late;
    expect(await admin['redis'].exists(TEST_KEYS.lease)).toBe(0);
    await store.renewLease();
    expect(await leaseMs()).toBeGreaterThan(8_000);
  });

  it('never makes it longer than ten seconds, whatever has become of the clock of Redis', async () => {
    store['time'].saw((Date.now() + 3_600_000) * 1_000);
    await store.renewLease();
    expect(await leaseMs()).toBeLessThanOrEqual(LEASE_MS);
  });
});
