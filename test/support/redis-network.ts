import { loadConfig } from '../../src/config/index.js';
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
