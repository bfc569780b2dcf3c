import { afterAll, beforeAll } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { InProcessEventBus } from '../../src/events/bus/in-process-event-bus.js';
import { redisNetwork } from '../support/redis-network.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { eventBusContract } from './event-bus.contract.js';

Logger.overrideLogger(false);

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

eventBusContract('InProcessEventBus', () => {
  // One process is all there is, so all its parts share one bus.
  const bus = new InProcessEventBus();
  return Promise.resolve({ open: () => Promise.resolve(bus), close: () => Promise.resolve() });
});

eventBusContract('RedisEventBus', () => Promise.resolve(redisNetwork(redis)));
