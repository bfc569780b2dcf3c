import type { Cluster, LinkedInstance, Load } from '../../support/cluster/index.js';
import { fillDisk } from '../../support/cluster/database-faults.js';

export interface Fault {
  name: string;
  /** Milliseconds by which searches may lag behind acknowledgements because of it. */
  staleness?: number;
  /** Whether sockets may be told to refetch because of it. */
  refetch?: boolean;
  /** Leaves it to the caller to repair what it has broken. */
  run(cluster: Cluster, load: Load): Promise<void>;
}

/** G2: how long the cache may be believed when an instance can't tell it what its writes put out of date. */
const LEASE = 10_000;

const anyOf = ({ instances }: Cluster): LinkedInstance => instances[Math.floor(Math.random() * instances.length)]!;
/** Milliseconds that something stays broken: up to five seconds. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5_000 * Math.random()));

export const FAULTS: readonly Fault[] = [
  {
    name: 'the leader is killed',
    run: async (cluster) => (await cluster.leader()).kill(),
  },
  {
    name: 'an instance is killed',
    run: (cluster) => anyOf(cluster).kill(),
  },
  {
    name: 'an instance is restarted',
    run: async (cluster) => {
      const code = await anyOf(cluster).terminate();
      if (code !== 0) throw new Error(`exit code ${code}`);
    },
  },
  {
    name: 'the leader is paused beyond its session',
    run: async (cluster) => {
      const leader = await cluster.leader();
      leader.pause();
      await cluster.leader();
      await aWhile();
    },
  },
  {
    name: 'an instance is paused',
    run: async (cluster) => {
      anyOf(cluster).pause();
      await aWhile();
    },
  },
  {
    name: 'Redis is killed',
    staleness: LEASE,
    run: async (cluster) => {
      await cluster.killRedis();
      await aWhile();
    },
  },
  {
    name: 'Redis hangs',
    staleness: LEASE,
    run: async (cluster) => {
      await cluster.redis.pause();
      await aWhile();
    },
  },
  {
    name: 'an instance is cut off from Redis',
    staleness: LEASE,
    run: async (cluster) => {
      await anyOf(cluster).redis.refuse();
      await aWhile();
    },
  },
  {
    name: "an instance's packets to Redis are swallowed",
    staleness: LEASE,
    run: async (cluster) => {
      anyOf(cluster).redis.stall();
      await aWhile();
    },
  },
  {
    name: 'PostgreSQL is restarted',
    run: async (cluster) => {
      await cluster.postgres.stop('fast');
    },
  },
  {
    name: 'PostgreSQL crashes',
    run: async (cluster) => {
      await cluster.postgres.stop('immediate');
      await aWhile();
    },
  },
  {
    name: 'PostgreSQL hangs',
    refetch: true,
    run: async (cluster) => {
      await cluster.postgres.pause();
      await aWhile();
    },
  },
  {
    name: "an instance's packets to PostgreSQL are swallowed",
    refetch: true,
    run: async (cluster) => {
      anyOf(cluster).postgres.stall();
      await aWhile();
    },
  },
  {
    name: 'connections to PostgreSQL are cut',
    run: async (cluster, load) => {
      for (let round = 0; round < 10; round += 1) {
        await load.progress(3);
        anyOf(cluster).postgres.cut();
      }
    },
  },
  {
    name: 'the disk is full',
    run: async (cluster) => {
      const disk = await fillDisk(cluster.postgres);
      await aWhile();
      await disk.mend();
    },
  },
];
