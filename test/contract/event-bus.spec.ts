import { afterAll, beforeAll } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { InProcessEventBus } from '../../src/events/bus/in-process-event-bus.js';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';
import { VENDOR_CHANNELS } from '../../src/events/content-channels.js';
import { busNetwork, clusterNetwork, EVERYTHING, redisNetwork } from '../support/redis-network.js';
import { type RedisGroup, startRedisGroup } from '../support/redis-group.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { eventBusContract } from './event-bus.contract.js';

Logger.overrideLogger(false);

let redis: TestRedis;
let group: RedisGroup;
let cluster: RedisCluster;
beforeAll(async () => {
  [redis, group, cluster] = await Promise.all([startRedis(), startRedisGroup(), startRedisCluster()]);
}, 60_000);
afterAll(() => Promise.all([redis.stop(), group.stop(), cluster.stop()]));

eventBusContract('InProcessEventBus', () => {
  // One process is all there is, so all its parts share one bus.
  const bus = new InProcessEventBus();
  return Promise.resolve({ open: () => Promise.resolve(bus), close: () => Promise.resolve() });
});

eventBusContract('RedisEventBus', () => Promise.resolve(redisNetwork(redis)));

eventBusContract('RedisEventBus behind sentinels', () => Promise.resolve(busNetwork(group.env)));

eventBusContract('RedisEventBus in a Redis Cluster', () => Promise.resolve(busNetwork(cluster.env)));

eventBusContract('ClusterEventBus of instances that need everything', () => {
  const network = clusterNetwork(cluster.env);
  return Promise.resolve({
    open: async () => (await network.join(EVERYTHING, VENDOR_CHANNELS)).bus,
    close: () => network.close(),
  });
});
