import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Cluster as IoCluster, Redis } from 'ioredis';
import { loadConfig } from '../../src/config/index.js';
import { RedisConnections } from '../../src/infra/index.js';
import { slotOf } from '../../src/infra/redis/hash-tags.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { certificate } from '../support/certificate.js';
import { freePort, startChild, waitFor } from '../support/processes.js';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';
import { redisInUse } from '../support/redis-in-use.js';
import { clusterPort, startRedis, type TestRedis } from '../support/redis-server.js';

const exec = promisify(execFile);
const USER = ['--user', 'mandi', 'on', '>s3cret', '~*', '&*', '+@all'];
const WITHOUT_TIME = ['--user', 'weak', 'on', '>s3cret', '~*', '&*', '+@all', '-time'];

describe('a Redis Cluster', () => {
  let cluster: RedisCluster;
  let said: string[];
  let app: TestApp | undefined;

  beforeAll(async () => {
    cluster = await startRedisCluster([...USER, ...WITHOUT_TIME]);
  }, 60_000);
  afterAll(() => cluster.stop());
  beforeEach(() => {
    said = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void said.push(String(line)));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await app?.close();
    app = undefined;
  });

  const isSaid = (what: RegExp): Promise<unknown> =>
    waitFor(() => said.some((line) => what.test(line)), { what: `${what.source}, not ${said.join('; ')}` });

  it('has the pages and limits of all instances, for a user', async () => {
    app = await startApp({
      env: { ...cluster.env, REDIS_USERNAME: 'mandi', REDIS_PASSWORD: 's3cret', RATE_LIMIT: '6000' },
    });
    const { vendorId } = await createProduct(app);
    const search = () => app!.request('GET', `/api/products/search?vendorId=${vendorId}`);
    await waitFor(async () => (await search()).headers.get('x-cache') === 'HIT', { what: 'a cached page' });
    const keys = (await Promise.all(cluster.nodes.map(({ admin }) => admin.keys('*')))).flat();
    for (const name of ['{search:', 'rate-limit:']) expect(keys.some((key) => key.startsWith(name))).toBe(true);
    expect((await app.request('GET', '/health')).body).toMatchObject({ status: 'ok' });
  });

  it('that is a plain Redis is named in one line, and the product goes on without it', async () => {
    const redis = await startRedis();
    app = await startApp({ env: { REDIS_CLUSTER: `${redis.host}:${redis.port}` } });
    await isSaid(/the Redis Cluster at .* can't be used: that is no Redis Cluster: name it by REDIS_URL/);
    expect((await app.request('GET', '/api/products/search')).headers.get('x-cache')).toBe('BYPASS');
    await redis.stop();
  });

  it('that is named as a plain Redis is recognised', async () => {
    const { server } = cluster.nodes[0]!;
    app = await startApp({ env: { REDIS_URL: `redis://mandi:s3cret@${server.host}:${server.port}` } });
    await isSaid(/Redis is a node of a cluster: name it by REDIS_CLUSTER/);
  });

  const openKeyed = async (): Promise<{ client: IoCluster; connections: RedisConnections }> => {
    const connections = new RedisConnections(loadConfig(cluster.env).redis!);
    const client = connections.openKeyed('test', { commandTimeout: 100 }) as IoCluster;
    await waitFor(() => client.status === 'ready', { what: 'the cluster' });
    return { client, connections };
  };

  it('of which a slot is on its way to a node that hangs refuses commands, and the process goes on', async () => {
    const { client, connections } = await openKeyed();
    const slot = slotOf('asked');
    const to = await cluster.masterOf((slot + 8_192) % 16_384);
    await cluster.migrate(slot, to, async () => {
      await expect(client.get('{asked}')).resolves.toBeNull();
      await to.server.pause();
      // Jest fails a test during which a rejection goes unhandled, as Node.js would end the process.
      await expect(client.get('{asked}')).rejects.toThrow('Command timed out');
      await to.server.resume();
    });
    connections.onApplicationShutdown();
  });

  it('that lost a slot after it was ready is named in one line, and another when it is whole again', async () => {
    const log = jest.spyOn(Logger.prototype, 'log');
    const { client, connections } = await openKeyed();
    const owner = await cluster.masterOf(slotOf('lost'));
    for (const { admin } of cluster.nodes) await admin.call('CLUSTER', 'DELSLOTS', String(slotOf('lost')));
    await expect(client.get('{lost}')).rejects.toThrow(/CLUSTERDOWN|timed out/);
    await isSaid(/test: the Redis Cluster at .* can't be used: no slots are served, or not all of them/);
    expect(client.status).toBe('ready');
    await owner.admin.call('CLUSTER', 'ADDSLOTS', String(slotOf('lost')));
    await waitFor(() => log.mock.calls.some(([line]) => line === 'test: connected again'), {
      what: 'the line about the end',
      timeoutMs: 20_000,
    });
    expect(said.length).toBe(1);
    connections.onApplicationShutdown();
  }, 40_000);

  it('that refuses a script of the cache to its user is named in one line', async () => {
    app = await startApp({ env: { ...cluster.env, REDIS_USERNAME: 'weak', REDIS_PASSWORD: 's3cret' } });
    await isSaid(/search-cache: the Redis Cluster at .* refuses its user: .*(?:user executing the script|ACL failure)/);
    expect((await app.request('GET', '/api/products/search')).headers.get('x-cache')).toBe('BYPASS');
    expect(said.filter((line) => line.startsWith('search-cache')).length).toBe(1);
  });

  it('that is nowhere is named in one line', async () => {
    app = await startApp({ env: { REDIS_CLUSTER: '127.0.0.1:1' } });
    await isSaid(/the Redis Cluster at 127\.0\.0\.1:1 can't be used: no node can be reached/);
    expect(said.filter((line) => line.startsWith('search-cache')).length).toBe(1);
  });
});

describe('a Redis Cluster with TLS', () => {
  let folder: string;
  let cert: string;
  /** Nobody's. */
  let other: string;
  let ports: number[];
  let nodes: TestRedis[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandi-redis-'));
    const made = await certificate(folder);
    cert = made.cert;
    await mkdir(join(folder, 'other'));
    other = (await certificate(join(folder, 'other'))).cert;
    ports = [await clusterPort(), await clusterPort(), await clusterPort()];
    nodes = await Promise.all(
      ports.map((port) =>
        startRedis({
          args: [
            ...['--tls-port', String(port), '--tls-cluster', 'yes', ...made.tls],
            ...['--cluster-enabled', 'yes', '--cluster-config-file', join(folder, `nodes-${port}.conf`)],
          ],
        }),
      ),
    );
    const addresses = ports.map((port) => `127.0.0.1:${port}`);
    await exec('redis-cli', ['--tls', '--cacert', cert, '--cluster', 'create', ...addresses, '--cluster-yes'], {
      timeout: 30_000,
    });
  }, 60_000);
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await rm(folder, { recursive: true });
  });

  const env = (): Record<string, string> => ({ REDIS_CLUSTER: ports.map((port) => `127.0.0.1:${port}`).join(',') });

  it('has the pages of all instances, and brings them their events', async () => {
    const app = await startApp({ env: { ...env(), REDIS_TLS_CA: cert } });
    await redisInUse(app);
    await app.close();
    // All of its partitions, over all masters.
    const counts = await Promise.all(
      nodes.map(async ({ host, port }) => {
        const admin = new Redis(port, host);
        const keys = await admin.keys('{search:*');
        admin.disconnect();
        return keys.length;
      }),
    );
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it('whose certificate is not trusted is named in one line with the reason, and the product goes on without it', async () => {
    const said: string[] = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void said.push(String(line)));
    const app = await startApp({ env: { ...env(), REDIS_TLS_CA: other } });
    const ofCache = (): string[] => said.filter((line) => line.startsWith('search-cache'));
    await waitFor(() => ofCache().length > 0, { what: 'the line', timeoutMs: 10_000 });
    expect(ofCache()).toEqual([
      expect.stringMatching(
        /the Redis Cluster at .* can't be used: no node can be reached \(self[- ]signed certificate\)$/,
      ),
    ]);
    expect((await app.request('GET', '/api/products/search')).headers.get('x-cache')).toBe('BYPASS');
    await app.close();
    jest.restoreAllMocks();
  });

  it('whose certificate is not trusted may be given up at any moment', async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    // In the midst of a handshake: an error that nothing listens for fails the test, and would end the process.
    for (let time = 0; time < 40; time += 1) {
      const connections = new RedisConnections(loadConfig({ ...env(), REDIS_TLS_CA: other }).redis!);
      connections.openKeyed('keyed', { commandTimeout: 100 });
      for (const purpose of ['one', 'two', 'three']) connections.open(purpose);
      await sleep(time % 10);
      connections.onApplicationShutdown();
    }
    await sleep(200);
    jest.restoreAllMocks();
  });
});

describe('a Redis', () => {
  let folder: string;
  let redis: TestRedis;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandi-redis-'));
    redis = await startRedis({ args: USER });
  });
  afterAll(async () => {
    await redis.stop();
    await rm(folder, { recursive: true });
  });

  it('of which the URL names user and database has all keys there', async () => {
    const app = await startApp({ env: { REDIS_URL: `redis://mandi:s3cret@${redis.host}:${redis.port}/3` } });
    const { vendorId } = await createProduct(app);
    const search = () => app.request('GET', `/api/products/search?vendorId=${vendorId}`);
    await waitFor(async () => (await search()).headers.get('x-cache') === 'HIT', { what: 'a cached page' });
    const client = new Redis(redis.port, redis.host);
    const info = await client.info('keyspace');
    client.disconnect();
    await app.close();
    expect(info.match(/^db\d+/gm)).toEqual(['db3']);
  });

  it('that refuses the user is named in one line, and the product goes on without it', async () => {
    const app = await startApp({ env: { REDIS_URL: `redis://mandi:wrong@${redis.host}:${redis.port}` } });
    const { id } = await createProduct(app);
    const { status, headers } = await app.request('GET', '/api/products/search');
    expect([status, headers.get('x-cache')]).toEqual([200, 'BYPASS']);
    expect((await app.request('GET', `/api/products/${id}`)).status).toBe(200);
    await app.close();
  });

  it('with TLS is taken only with a certificate of whom one trusts', async () => {
    const { cert, tls } = await certificate(folder);
    const tlsPort = await freePort();
    const secured = await startRedis({ args: ['--tls-port', String(tlsPort), ...tls] });
    const trusting = open({ REDIS_URL: `rediss://127.0.0.1:${tlsPort}`, REDIS_TLS_CA: cert });
    await waitFor(() => trusting.redis.status === 'ready', { what: 'the connection' });
    expect(await trusting.redis.ping()).toBe('PONG');
    const stranger = open({ REDIS_URL: `rediss://127.0.0.1:${tlsPort}` });
    const error = await new Promise<Error>((resolve) => stranger.redis.once('error', resolve));
    expect(error.message).toMatch(/self[- ]signed/);
    for (const { connections } of [trusting, stranger]) connections.onApplicationShutdown();
    await secured.stop();
  });

  it('is found by its sentinels of which one hangs, and its successor after it has died', async () => {
    const kept = ['--dir', folder, '--dbfilename', 'replica.rdb'];
    const replica = await startRedis({ args: [...kept, '--replicaof', redis.host, String(redis.port)] });
    const sentinelPort = await freePort();
    // One that hangs, as it takes connections and answers nothing.
    const hanging = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const hangingPort = (hanging.address() as AddressInfo).port;
    const configuration = join(folder, 'sentinel.conf');
    await writeFile(
      configuration,
      `port ${sentinelPort}
       bind 127.0.0.1
       sentinel monitor mandi ${redis.host} ${redis.port} 1
       sentinel down-after-milliseconds mandi 500
       sentinel failover-timeout mandi 2000
       sentinel auth-user mandi default\n`,
    );
    const sentinel = await startChild('redis-server', [configuration, '--sentinel', '--dir', folder]);
    const asked = new Redis(sentinelPort, '127.0.0.1', { lazyConnect: false, retryStrategy: () => 100 });
    asked.on('error', () => undefined);
    // A sentinel hears of replicas from the master, some time after it has begun.
    const knowsReplica = async (): Promise<boolean> => {
      const replicas = (await asked.call('SENTINEL', 'REPLICAS', 'mandi')) as unknown[];
      return replicas.length === 1;
    };
    await waitFor(knowsReplica, { timeoutMs: 30_000, what: 'the sentinel to know the replica' });
    const { redis: client, connections } = open({
      REDIS_SENTINELS: `127.0.0.1:${hangingPort},127.0.0.1:${sentinelPort}`,
      REDIS_SENTINEL_NAME: 'mandi',
    });
    await waitFor(() => client.status === 'ready', { what: 'the connection' });
    expect(await client.set('who', 'master')).toBe('OK');
    const copied = new Redis(replica.port, replica.host);
    await waitFor(async () => (await copied.get('who')) === 'master', { what: 'the copy' });
    await redis.kill();
    const writes = async (): Promise<boolean> => (await client.set('who', 'successor')) === 'OK';
    await waitFor(writes, { timeoutMs: 30_000, what: 'the successor' });
    expect(await copied.get('who')).toBe('successor');
    for (const one of [asked, copied]) one.disconnect();
    connections.onApplicationShutdown();
    hanging.close();
    await sentinel.stop();
    await replica.stop();
  });

  function open(env: Record<string, string>): { redis: Redis; connections: RedisConnections } {
    const connections = new RedisConnections(loadConfig(env).redis!);
    return { redis: connections.open('test'), connections };
  }
});
