import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  ensureBuilt,
  HttpClient,
  INSTANCE_ENV,
  LinkedInstance,
  loadSize,
  settled,
  type System,
  underLoad,
} from '../support/cluster/index.js';
import { type PostgresPair, startPostgresPair } from '../support/postgres-pair.js';
import { waitFor } from '../support/processes.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { bearer } from '../support/tokens.js';

const SIZE = loadSize({ seconds: 6, writers: 6, searchers: 8 });
/** One after the other, each for a share of the time. */
const LAGS = ['0', '300ms', '2s', '100ms', '1s', '0'];

/** G1, G5 and G16 over two instances that read from a replica of PostgreSQL, which falls behind and catches up. */
describe('a replica that lags, under load', () => {
  let pair: PostgresPair;
  let redis: TestRedis;
  let system: System;
  let instances: LinkedInstance[] = [];

  beforeAll(async () => {
    await ensureBuilt();
    pair = await startPostgresPair();
    redis = await startRedis();
    const client = new HttpClient({ authorization: await bearer() });
    const { port } = new URL(pair.primary.url);
    const links = {
      postgresPort: () => Number(port),
      redisPort: () => redis.port,
      databaseUrl: (proxied: number) => Object.assign(new URL(pair.primary.url), { port: String(proxied) }).href,
    };
    const env = { ...INSTANCE_ENV, DATABASE_REPLICA_URLS: pair.replica.url };
    instances = await Promise.all(
      ['first', 'second'].map((name) => LinkedInstance.create(name, links, { client, env })),
    );
    for (const instance of instances) await instance.start();
    system = {
      client,
      running: instances,
      postgres: {
        async query(work) {
          const primary = new pg.Client({ connectionString: pair.primary.url });
          await primary.connect();
          try {
            return await work(primary);
          } finally {
            await primary.end();
          }
        },
      },
      heal: () => settled(instances),
    };
  }, 90_000);
  afterAll(async () => {
    await Promise.all(instances.map((instance) => instance.dispose()));
    await redis?.stop();
    await pair?.stop();
    system?.client.close();
  });

  const lagBy = async (time: string): Promise<void> => {
    await pair.replica.query(`ALTER SYSTEM SET recovery_min_apply_delay = '${time}'`);
    await pair.replica.query('SELECT pg_reload_conf()');
  };
  const reads = async (result: string): Promise<number> => {
    const bodies = await Promise.all(
      instances.map(async ({ url }) => (await system.client.send<string>('GET', `${url}/metrics`)).body),
    );
    const count = new RegExp(`^database_replica_reads_total\\{result="${result}"\\} (\\d+)$`, 'm');
    return bodies.reduce((sum, body) => sum + Number(count.exec(body)?.[1] ?? 0), 0);
  };

  it(
    'never answers from before an acknowledgement, and no socket misses an event',
    async () => {
      const { violations } = await underLoad(system, SIZE, async () => {
        await waitFor(async () => (await reads('at_once')) > 10, {
          what: 'the replica to be in use',
          timeoutMs: 30_000,
        });
        for (const lag of LAGS) {
          await lagBy(lag);
          await sleep((1_000 * SIZE.seconds) / LAGS.length);
        }
      });
      expect(violations).toEqual([]);
      expect(await reads('behind')).toBeGreaterThan(10);
    },
    (60 + 2 * SIZE.seconds) * 1_000,
  );
});
