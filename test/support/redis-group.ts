import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, startChild, waitFor } from './processes.js';
import { startRedis, type TestRedis } from './redis-server.js';

/** Of the product and the sentinels, so that replicas, which have the default user, can be cut off. */
const USER = 'app';
const PASSWORD = 'secret';
const SENTINELS = 3;
const LONG = { timeoutMs: 30_000 };

/** A master and two replicas, watched by three sentinels. */
export interface RedisGroup {
  /** For the product. */
  env: Record<string, string>;
  /** The master as the sentinels see it. */
  master(): Promise<TestRedis>;
  /** The master's changes reach no replica from now on. */
  cutOffReplicas(): Promise<void>;
  /** Resolves when the sentinels name another one. */
  killMaster(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedisGroup(): Promise<RedisGroup> {
  const folder = await mkdtemp(join(tmpdir(), 'mandi-redis-'));
  const acl = ['--user', USER, 'on', `>${PASSWORD}`, '~*', '&*', '+@all'];
  const common = [...acl, '--dir', folder, '--repl-diskless-sync-delay', '0'];
  const start = (name: string, ...args: string[]) =>
    startRedis({ args: [...common, '--dbfilename', `${name}.rdb`, ...args] });
  const first = await start('first');
  const replicaOf = ['--replicaof', first.host, String(first.port)];
  const servers = [first, await start('second', ...replicaOf), await start('third', ...replicaOf)];
  const ports = [await freePort(), await freePort(), await freePort()].slice(0, SENTINELS);
  const sentinels = await Promise.all(
    ports.map(async (port) => {
      const file = join(folder, `sentinel-${port}.conf`);
      await writeFile(
        file,
        `port ${port}
         bind 127.0.0.1
         sentinel monitor mandi ${first.host} ${first.port} 2
         sentinel down-after-milliseconds mandi 1000
         sentinel failover-timeout mandi 4000
         sentinel auth-user mandi ${USER}
         sentinel auth-pass mandi ${PASSWORD}\n`,
      );
      return startChild('redis-server', [file, '--sentinel', '--dir', folder]);
    }),
  );
  const asked = new Redis(ports[0]!, '127.0.0.1', { retryStrategy: () => 100 });
  asked.on('error', () => undefined);
  const port = async (): Promise<number> =>
    Number(((await asked.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mandi')) as string[])[1]);
  const knows = async (what: string): Promise<number> =>
    ((await asked.call('SENTINEL', what, 'mandi')) as unknown[]).length;
  await waitFor(async () => (await knows('REPLICAS')) === 2 && (await knows('SENTINELS')) === SENTINELS - 1, {
    ...LONG,
    what: 'the sentinels to know all',
  });
  const master = async (): Promise<TestRedis> => {
    const now = await port();
    return servers.find((server) => server.port === now)!;
  };
  return {
    env: {
      REDIS_SENTINELS: ports.map((number) => `127.0.0.1:${number}`).join(','),
      REDIS_SENTINEL_NAME: 'mandi',
      REDIS_USERNAME: USER,
      REDIS_PASSWORD: PASSWORD,
    },
    master,
    async cutOffReplicas() {
      const { host, port: number } = await master();
      const admin = new Redis(number, host, { username: USER, password: PASSWORD });
      await admin.call('ACL', 'SETUSER', 'default', 'off');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'replica');
      await waitFor(async () => (await admin.info('replication')).includes('connected_slaves:0'), {
        what: 'the replicas to be cut off',
      });
      admin.disconnect();
    },
    async killMaster() {
      const dead = await master();
      await dead.kill();
      await waitFor(async () => (await port()) !== dead.port, { ...LONG, what: 'another master' });
    },
    async stop() {
      asked.disconnect();
      await Promise.all(sentinels.map((sentinel) => sentinel.stop()));
      await Promise.all(servers.map((server) => server.stop()));
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
