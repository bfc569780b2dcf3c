import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FreshnessLease } from '../invalidation/freshness-lease.js';
import type { EventPublisher } from './event-publisher.js';
import { OrderedPublisher } from './ordered-publisher.js';
import { PublishOrder } from './publish-order.js';

describe('OrderedPublisher', () => {
  let kept: number[];
  let told: number[];
  let ordered: OrderedPublisher;

  beforeEach(() => {
    [kept, told] = [[], []];
    const lease = { due: true, keep: (ledAt: number) => Promise.resolve(void kept.push(ledAt)) };
    const publisher = { heartbeatDue: true, heartbeat: (published: number) => void told.push(published) };
    ordered = new OrderedPublisher(
      new PublishOrder(),
      lease as unknown as FreshnessLease,
      publisher as unknown as EventPublisher,
    );
  });

  it('tells how far the log reaches, and nothing once another instance may lead', async () => {
    await ordered.keepUp(7, () => Promise.resolve(12));
    await ordered.keepUp(8, () => Promise.resolve(null));
    await expect(ordered.keepUp(9, () => Promise.reject(new Error('cut')))).rejects.toThrow('cut');
    expect([kept, told]).toEqual([[7, 8, 9], [12]]);
  });
});
