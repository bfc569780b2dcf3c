import { Redis, type RedisOptions } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { loadConfig, type RedisConfig } from '../../src/config/index.js';
import { InProcessCacheStore } from '../../src/search-cache/in-process/in-process-cache-store.js';
import { CacheKeys } from '../../src/search-cache/redis/cache-keys.js';
import { RedisCacheStore } from '../../src/search-cache/redis/redis-cache-store.js';
import type { CacheRead, SearchCacheStore, Tokens } from '../../src/search-cache/store/search-cache-store.js';
import { StoppedClock } from './bridge.js';
import { waitFor } from './processes.js';
import { startRedisGroup } from './redis-group.js';
import { startRedis } from './redis-server.js';

export interface StoreOptions {
  maxEntries?: number;
  ttlSeconds?: number;
}

/** One engine of the search cache, and the power over it that a test needs. */
export interface CacheEngine {
  /** An empty store, without a lease. */
  open(options?: StoreOptions): Promise<SearchCacheStore>;
  /** Whether several processes use one store, so that it outlives any of them. */
  shared: boolean;
  /** Another process's view of the same store, where there can be one. */
  again(): SearchCacheStore;
  endLease(): Promise<void>;
  /** Lets a lifetime pass if time can be told to; else it passes by itself. */
  pass(ms: number): void;
  /** Names of all that is stored and may get lost, as Redis drops keys when memory runs out. */
  keys(): Promise<string[]>;
  lose(keys: readonly string[]): Promise<void>;
  /** Takes all memory away, so that Redis refuses whatever takes more; or gives it back. */
  setFull(isFull: boolean): Promise<void>;
  /** Keeps all that is stored now; the function it gives brings that back under the connections as they are. */
  snapshot(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

export const OWNER = { epoch: '5ea2c400-0000-4000-8000-000000000000', channel: 'test' };
/** Of the stores opened here, where they are in Redis. */
export const TEST_KEYS = new CacheKeys(OWNER);

/** The tokens that a read has brought, which must be a miss. */
export function tokensOf(read: CacheRead): Tokens {
  if (read.result !== 'miss') throw new Error(`a miss was expected, not a ${read.result}`);
  return read.tokens;
}

/** A store that lives in this process, with a clock of its own. */
export function inProcessEngine(): Promise<CacheEngine> {
  const clock = new StoppedClock();
  let bounds = '';
  let store: InProcessCacheStore;
  return Promise.resolve({
    open({ maxEntries = 100, ttlSeconds = 300 } = {}) {
      // Room for its tokens is made beforehand, which takes too long for thousands of stores.
      if (bounds !== `${maxEntries} ${ttlSeconds}`) store = new InProcessCacheStore(clock, maxEntries, ttlSeconds);
      bounds = `${maxEntries} ${ttlSeconds}`;
      forget(store);
      return Promise.resolve(store);
    },
    shared: false,
    again: () => store,
    endLease() {
      store['leaseUntil'] = 0;
      return Promise.resolve();
    },
    pass(ms) {
      clock.time += ms;
    },
    keys: () => Promise.resolve([...store['tokens'].keys(), ...store['entries'].keys()]),
    lose(keys) {
      for (const key of keys) if (!store['drop'](key)) store['entries'].delete(key);
      return Promise.resolve();
    },
    setFull: () => Promise.reject(new Error('it has bounds of its own')),
    snapshot: () => Promise.reject(new Error('memory does not go back')),
    stop: () => Promise.resolve(),
  });
}

/** As after a restart of the process. */
function forget(store: InProcessCacheStore): void {
  store['entries'].clear();
  store['tokens'].clear();
  store['watched'].clear();
  store['made'] = 0;
  store['leaseUntil'] = 0;
  store['evictions'] = 0;
  store['wal'] = null;
}

/** A Redis, whichever way there is to it. */
interface Reachable {
  connect(): Redis;
  stop(): Promise<void>;
}

export const redisEngine = async (): Promise<CacheEngine> => engineOn(await single());

/** The master that sentinels name, of a group with two replicas. */
export async function sentinelEngine(): Promise<CacheEngine> {
  const group = await startRedisGroup();
  return engineOn({
    connect: () => {
      const { sentinels, ...options } = loadConfig(group.env).redis!;
      return new Redis({ sentinels: sentinels!.nodes, name: sentinels!.name, ...userOf(options) });
    },
    stop: () => group.stop(),
  });
}

const userOf = ({ username, password }: Pick<RedisConfig, 'username' | 'password'>): RedisOptions => ({
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
});

async function single(args: string[] = []): Promise<Reachable> {
  const redis = await startRedis({ args });
  return { connect: () => new Redis(redis.port, redis.host), stop: () => redis.stop() };
}

/** One node that holds all slots: it refuses whatever a real cluster would refuse but for moved keys. */
export async function clusterEngine(): Promise<CacheEngine> {
  const nodes = join(tmpdir(), `mandi-test-${randomBytes(6).toString('hex')}.conf`);
  const redis = await single(['--cluster-enabled', 'yes', '--cluster-config-file', nodes]);
  const admin = redis.connect();
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await waitFor(async () => String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'), {
    what: 'the cluster to be ready',
  });
  admin.disconnect();
  const engine = engineOn(redis);
  return {
    ...engine,
    async stop() {
      await engine.stop();
      await rm(nodes, { force: true });
    },
  };
}

function engineOn(redis: Reachable): CacheEngine {
  const admin = redis.connect();
  const connections = [admin];
  let options: Required<StoreOptions>;
  const again = (): SearchCacheStore => {
    const connection = redis.connect();
    connections.push(connection);
    return new RedisCacheStore(connection, () => OWNER, options.maxEntries, options.ttlSeconds);
  };
  return {
    async open({ maxEntries = 100, ttlSeconds = 300 } = {}) {
      options = { maxEntries, ttlSeconds };
      for (const connection of connections.splice(1)) connection.disconnect();
      await admin.flushall();
      return again();
    },
    shared: true,
    again,
    async endLease() {
      await admin.del(TEST_KEYS.lease);
    },
    pass: () => undefined,
    keys: async () => (await admin.keys('*')).filter((key) => key !== TEST_KEYS.lease).sort(),
    async lose(keys) {
      if (keys.length > 0) await admin.del(...keys);
    },
    async setFull(isFull) {
      await admin.config('SET', 'maxmemory', isFull ? '1' : '0');
    },
    async snapshot() {
      const keys = await admin.keys('*');
      const kept = await Promise.all(
        keys.map(async (key) => ({ key, value: await admin.dumpBuffer(key), ttl: Math.max(0, await admin.pttl(key)) })),
      );
      return async () => {
        const restore = admin.multi().flushall();
        for (const { key, value, ttl } of kept) if (value) restore.restore(key, ttl, value);
        await restore.exec();
      };
    },
    async stop() {
      for (const connection of connections) connection.disconnect();
      await redis.stop();
    },
  };
}
