import { waitFor } from '../processes.js';
import { startRedis, type TestRedis } from '../redis-server.js';
import { bearer, JWT_SECRET } from '../tokens.js';
import { ClusterPostgres } from './cluster-postgres.js';
import { HttpClient } from './http-client.js';
import { type InstanceOptions, LinkedInstance } from './instance.js';
import { settled, type System } from './system.js';

/**
 * Bounds that a test must not run into by chance: it sends all from one address, and misses seconds of a busy market.
 */
export const INSTANCE_ENV = {
  LOG_LEVEL: 'warn',
  RATE_LIMIT: '0',
  ITEM_RATE_LIMIT: '0',
  MAX_CONNECTIONS_PER_ADDRESS: '0',
  REPLAY_EVENTS: '50000',
  REPLAY_BYTES: '268435456',
  JWT_SECRET,
};

export interface ClusterOptions {
  instances?: number;
  env?: Record<string, string>;
  /** Of the instance with this number. */
  instance?: (index: number) => Pick<InstanceOptions, 'preload' | 'program'> & { env?: Record<string, string> };
  /** Leave the instances to the test. */
  start?: boolean;
}

/** Processes of the product on a PostgreSQL and a Redis of their own, all of which can be hurt one by one. */
export class Cluster implements System {
  private constructor(
    readonly postgres: ClusterPostgres,
    private readonly redisNow: { server: TestRedis; down: boolean },
    readonly client: HttpClient,
    readonly instances: readonly LinkedInstance[],
  ) {}

  static async start({ instances = 2, env = {}, instance, start = true }: ClusterOptions = {}): Promise<Cluster> {
    const client = new HttpClient({ authorization: await bearer() });
    const [postgres, server] = await Promise.all([ClusterPostgres.create(), startRedis()]);
    const redisNow = { server, down: false };
    const links = {
      postgresPort: () => postgres.port,
      redisPort: () => redisNow.server.port,
      databaseUrl: (port: number) => postgres.url(port),
    };
    const created = await Promise.all(
      Array.from({ length: instances }, (_none, index) => {
        const { env: own = {}, ...options } = instance?.(index) ?? {};
        return LinkedInstance.create(`instance ${index}`, links, {
          client,
          env: { ...INSTANCE_ENV, ...env, ...own },
          ...options,
        });
      }),
    );
    const cluster = new Cluster(postgres, redisNow, client, created);
    if (start) await cluster.heal();
    return cluster;
  }

  get redis(): TestRedis {
    return this.redisNow.server;
  }

  get running(): readonly LinkedInstance[] {
    return this.instances.filter(({ running }) => running);
  }

  async killRedis(): Promise<void> {
    this.redisNow.down = true;
    await this.redis.kill();
  }

  /** A new and empty one where the old one was. */
  async restartRedis(): Promise<void> {
    await this.killRedis();
    this.redisNow.server = await startRedis({ port: this.redis.port });
    this.redisNow.down = false;
  }

  /** The leader of the relay, once there is exactly one among the instances that answer. */
  leader(): Promise<LinkedInstance> {
    return waitFor(
      async () => {
        const asked = await Promise.all(
          this.running.map(async (instance) => ({
            instance,
            leads: await instance.eventStats().then(
              ({ leader }) => leader,
              () => false,
            ),
          })),
        );
        const leaders = asked.filter(({ leads }) => leads);
        return leaders.length === 1 ? leaders[0]!.instance : undefined;
      },
      { what: 'one instance to lead' },
    );
  }

  others(than: LinkedInstance): LinkedInstance[] {
    return this.instances.filter((instance) => instance !== than);
  }

  /** Everything runs, is connected and has nothing left to do; not to be had while clients write. */
  async heal(): Promise<void> {
    await this.repair();
    await settled(this.instances);
  }

  /** Everything runs and is connected, and one instance leads. */
  async repair(): Promise<void> {
    await this.postgres.resume();
    await this.postgres.start();
    if (this.redisNow.down) await this.restartRedis();
    await this.redis.resume();
    await Promise.all(this.instances.map((instance) => instance.restoreLinks()));
    for (const instance of this.instances) instance.resume();
    await Promise.all(this.instances.map((instance) => instance.start()));
    await this.leader();
  }

  async dispose(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.dispose()));
    await this.redis.stop();
    await this.postgres.dispose();
    this.client.close();
  }
}
