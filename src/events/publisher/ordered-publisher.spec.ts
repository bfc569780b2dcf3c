import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { anEvent } from '../../../test/support/events.js';
import { loadConfig } from '../../config/index.js';
import type { CacheInvalidation } from '../invalidation/cache-invalidation.js';
import type { FreshnessLease } from '../invalidation/freshness-lease.js';
import { UnreachedCache } from '../invalidation/unreached-cache.js';
import type { LeaderElection } from '../sequencer/leader-election.js';
import type { EventPublisher } from './event-publisher.js';
import { OrderedPublisher } from './ordered-publisher.js';
import { PublishOrder } from './publish-order.js';

const ONE = { REDIS_URL: 'redis://127.0.0.1' };
const CLUSTER = { REDIS_CLUSTER: '127.0.0.1:1' };

describe('OrderedPublisher', () => {
  let kept: number[];
  let told: number[];
  let order: PublishOrder;

  beforeEach(() => {
    [kept, told] = [[], []];
    order = new PublishOrder();
  });

  function publisherFor(redis: Record<string, string>): OrderedPublisher {
    const lease = {
      due: true,
      invalidate: () => Promise.resolve(),
      keep: (ledAt: number) => Promise.resolve(void kept.push(ledAt)),
    };
    const publisher = {
      heartbeatDue: true,
      heartbeat: (published: number) => void told.push(published),
      publishParts: () => Promise.resolve(),
    };
    return new OrderedPublisher(
      order,
      lease as unknown as FreshnessLease,
      publisher as unknown as EventPublisher,
      new UnreachedCache(loadConfig(redis), {} as CacheInvalidation, {} as LeaderElection),
    );
  }

  it('tells how far the log reaches, and nothing once another instance may lead', async () => {
    const ordered = publisherFor(ONE);
    await ordered.keepUp(7, () => Promise.resolve(12));
    await ordered.keepUp(8, () => Promise.resolve(null));
    await expect(ordered.keepUp(9, () => Promise.reject(new Error('cut')))).rejects.toThrow('cut');
    expect([kept, told]).toEqual([[7, 8, 9], [12]]);
  });

  it.each([
    ['the one Redis is tried by its writer', ONE, 260, 250],
    ['a Redis with successors may have been reached', CLUSTER, 2_000, 95],
  ])('publishes no batch before %s', async (_what, redis, triedFor, least) => {
    const ticket = order.enter();
    ticket.numbered(0, 1);
    const began = performance.now();
    await publisherFor(redis).publish(ticket, [anEvent({ position: 1 })], sleep(triedFor, null, { ref: false }));
    expect(performance.now() - began).toBeGreaterThanOrEqual(least);
    expect(performance.now() - began).toBeLessThan(1_500);
  });
});
