import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { loadConfig } from '../../src/config/index.js';
import { RedisConnections } from '../../src/infra/index.js';
import { startApp } from '../support/app.js';
import { certificate } from '../support/certificate.js';
import { type Child, freePort, startChild, waitFor } from '../support/processes.js';
import { redisInUse } from '../support/redis-in-use.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';

describe('a Redis with TLS behind a sentinel with TLS', () => {
  let folder: string;
  let cert: string;
  /** Nobody's. */
  let other: string;
  let master: TestRedis;
  let replica: TestRedis;
  let replicaPort: number;
  let sentinel: Child;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandi-redis-'));
    const made = await certificate(folder);
    cert = made.cert;
    await mkdir(join(folder, 'other'));
    other = (await certificate(join(folder, 'other'))).cert;
    const [masterPort, sentinelPort] = [await freePort(), await freePort()];
    replicaPort = await freePort();
    const start = (port: number, ...args: string[]): Promise<TestRedis> => {
      const kept = ['--dir', folder, '--dbfilename', `${port}.rdb`, '--repl-diskless-sync-delay', '0'];
      return startRedis({
        args: [...kept, '--tls-port', String(port), '--tls-replication', 'yes', ...made.tls, ...args],
      });
    };
    master = await start(masterPort);
    replica = await start(replicaPort, '--replicaof', '127.0.0.1', String(masterPort));
    const configuration = join(folder, 'sentinel.conf');
    await writeFile(
      configuration,
      `port 0
       tls-port ${sentinelPort}
       tls-replication yes
       bind 127.0.0.1
       sentinel monitor mandi 127.0.0.1 ${masterPort} 1
       sentinel down-after-milliseconds mandi 500
       sentinel failover-timeout mandi 2000\n`,
    );
    sentinel = await startChild('redis-server', [configuration, '--sentinel', '--dir', folder, ...made.tls]);
    const asked = new Redis(sentinelPort, '127.0.0.1', {
      tls: { ca: await readFile(cert) },
      retryStrategy: () => 100,
    });
    asked.on('error', () => undefined);
    const known = (): Promise<unknown[]> => asked.call('SENTINEL', 'REPLICAS', 'mandi') as Promise<unknown[]>;
    await waitFor(async () => (await known()).length === 1, {
      timeoutMs: 30_000,
      what: `the sentinel to know the replica: ${sentinel.output()}`,
    });
    asked.disconnect();
    env = { REDIS_SENTINELS: `127.0.0.1:${sentinelPort}`, REDIS_SENTINEL_NAME: 'mandi' };
  }, 60_000);
  afterEach(() => void jest.restoreAllMocks());
  afterAll(async () => {
    await sentinel.stop();
    await Promise.all([master, replica].map((redis) => redis.stop()));
    await rm(folder, { recursive: true });
  });

  const warnings = (): string[] => {
    const said: string[] = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void said.push(String(line)));
    return said;
  };

  it('has the pages of all instances, and brings them their events', async () => {
    const app = await startApp({ env: { ...env, REDIS_TLS_CA: cert } });
    await redisInUse(app);
    await app.close();
  });

  it('is asked nothing in plain text', async () => {
    warnings();
    const heard: Buffer[] = [];
    const listener = createServer((socket) => socket.on('data', (chunk) => heard.push(chunk)).on('error', () => {}));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const connections = new RedisConnections(
      loadConfig({ ...env, REDIS_SENTINELS: `127.0.0.1:${port}`, REDIS_TLS_CA: cert, REDIS_PASSWORD: 's3cret' }).redis!,
    );
    connections.open('test');
    await waitFor(() => heard.length > 0, { what: 'what it is asked' });
    // The record of a handshake.
    expect(heard[0]![0]).toBe(0x16);
    connections.onApplicationShutdown();
    listener.close();
  });

  it('whose certificates are not trusted is named in one line with the reason, and the product goes on without it', async () => {
    const said = warnings();
    const app = await startApp({ env: { ...env, REDIS_TLS_CA: other } });
    const ofCache = (): string[] => said.filter((line) => line.startsWith('search-cache'));
    await waitFor(() => ofCache().length > 0, { what: 'the line', timeoutMs: 10_000 });
    expect(ofCache()).toEqual([expect.stringMatching(/sentinels are unreachable.*self[- ]signed certificate$/)]);
    expect((await app.request('GET', '/api/products/search')).headers.get('x-cache')).toBe('BYPASS');
    await app.close();
  });

  it('whose certificates are not trusted may be given up at any moment', async () => {
    warnings();
    // An error that nobody listens for would fail this test.
    for (let time = 0; time < 40; time += 1) {
      const connections = new RedisConnections(loadConfig({ ...env, REDIS_TLS_CA: other }).redis!);
      for (const purpose of ['one', 'two', 'three']) connections.open(purpose);
      await sleep(time % 10);
      connections.onApplicationShutdown();
    }
    await sleep(200);
  });

  it('is found although the sentinel that is named first takes connections and says nothing', async () => {
    warnings();
    const silent = createServer((socket) => socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const sentinels = `127.0.0.1:${port},${env.REDIS_SENTINELS}`;
    const connections = new RedisConnections(
      loadConfig({ ...env, REDIS_SENTINELS: sentinels, REDIS_TLS_CA: cert }).redis!,
    );
    const client = connections.open('test');
    await waitFor(() => client.status === 'ready', { timeoutMs: 10_000, what: 'the master behind the other sentinel' });
    expect(await client.ping()).toBe('PONG');
    connections.onApplicationShutdown();
    silent.close();
  }, 20_000);

  it('has a successor after it has died', async () => {
    warnings();
    const connections = new RedisConnections(loadConfig({ ...env, REDIS_TLS_CA: cert }).redis!);
    const client = connections.open('test');
    await waitFor(() => client.status === 'ready', { what: 'the connection' });
    await waitFor(async () => (await client.info('replication')).includes('connected_slaves:1'), { what: 'the copy' });
    await master.kill();
    const writes = async (): Promise<boolean> => (await client.set('who', 'successor')) === 'OK';
    await waitFor(writes, { timeoutMs: 30_000, what: 'the successor' });
    expect(client.stream.remotePort).toBe(replicaPort);
    connections.onApplicationShutdown();
  }, 60_000);
});
