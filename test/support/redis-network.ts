import type { Cluster, Redis } from 'ioredis';
import { loadConfig } from '../../src/config/index.js';
import { ClusterEventBus } from '../../src/events/bus/cluster-event-bus.js';
import type { EventNeeds } from '../../src/events/bus/event-needs.js';
import { RedisEventBus } from '../../src/events/bus/redis-event-bus.js';
import { RedisConnections } from '../../src/infra/index.js';
import type { BusNetwork } from '../contract/event-bus.contract.js';
import { waitFor } from './processes.js';
import type { TestRedis } from './redis-server.js';

export const CHANNEL = 'test:inventory';

/** Buses of several instances on one Redis; closing it leaves Redis as it is. */
export const redisNetwork = (redis: TestRedis): BusNetwork => busNetwork({ REDIS_URL: redis.url });

/** The same on whatever Redis these settings name. */
export function busNetwork(env: Record<string, string>): BusNetwork {
  const opened: RedisConnections[] = [];
  return {
    async open() {
      const { redis: address } = loadConfig(env);
      const connections = new RedisConnections(address!);
      opened.push(connections);
      const bus = new RedisEventBus(connections, CHANNEL);
      await waitFor(() => bus.connected, { what: 'the bus to connect' });
      return bus;
    },
    close() {
      for (const connections of opened) connections.onApplicationShutdown();
      return Promise.resolve();
    },
  };
}

/** What an instance needs that needs everything. */
export const EVERYTHING: EventNeeds = { needs: () => true, everything: true, followed: [] };

/** An instance's bus in a Redis Cluster. */
export interface ClusterMember {
  bus: ClusterEventBus;
  /** Bytes that it has read from Redis over the connections on which it hears of events. */
  bytesHeard(): number;
  /** Names of channels that the client keeps to subscribe to them again, each as often as it keeps it. */
  names: () => number;
}

/** Instances that need some events, in a Redis Cluster. */
export function clusterNetwork(env: Record<string, string>) {
  const opened: RedisConnections[] = [];
  return {
    /** @param channels that must be confirmed before */
    async join(needs: EventNeeds, channels: number): Promise<ClusterMember> {
      const subscribers: (Redis | Cluster)[] = [];
      class Connections extends RedisConnections {
        override open(...args: Parameters<RedisConnections['open']>): Redis {
          const redis = super.open(...args);
          if (args[0] === 'subscriber') subscribers.push(redis);
          return redis;
        }

        override openKeyed(...args: Parameters<RedisConnections['openKeyed']>): Redis | Cluster {
          const cluster = super.openKeyed(...args);
          subscribers.push(cluster);
          return cluster;
        }
      }
      const { redis: address } = loadConfig(env);
      const connections = new Connections(address!);
      opened.push(connections);
      const bus = new ClusterEventBus(connections, CHANNEL, needs);
      await waitFor(() => bus.connected && bus.channels >= channels, { what: 'the bus to connect', timeoutMs: 10_000 });
      const bytesOf = (redis: Redis): number => redis.stream?.bytesRead ?? 0;
      return {
        bus,
        bytesHeard: () =>
          subscribers
            .flatMap((one) => (one.isCluster ? shardsOf(one) : [one as Redis]))
            .reduce((sum, one) => sum + bytesOf(one), 0),
        names: () =>
          subscribers
            .flatMap((one) => (one.isCluster ? [...groupOf(one).channels.values()] : []))
            .reduce((sum, channels) => sum + channels.length, 0),
      };
    },
    close() {
      for (const connections of opened) connections.onApplicationShutdown();
      return Promise.resolve();
    },
  };
}

/** Connections of sharded Pub/Sub, which ioredis keeps to itself. */
function shardsOf(cluster: Redis | Cluster): Redis[] {
  return [...groupOf(cluster).shardedSubscribers.values()].flatMap((one) => one.getInstance() ?? []);
}

interface SubscriberGroup {
  shardedSubscribers: Map<string, { getInstance(): Redis | null }>;
  /** By slot. */
  channels: Map<number, string[]>;
}

const groupOf = (cluster: Redis | Cluster): SubscriberGroup =>
  (cluster as unknown as { shardedSubscribers: SubscriberGroup }).shardedSubscribers;
