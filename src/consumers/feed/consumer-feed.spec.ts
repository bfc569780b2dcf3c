import { describe, expect, it } from '@jest/globals';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { EventLog, InventoryEventService } from '../../events/index.js';
import { ConsumerFeed } from './consumer-feed.js';

/** Where events are left out, in a Redis Cluster. */
describe('The feed of consumers', () => {
  const feed = new ConsumerFeed({} as EventLog, { cursor: { position: 7 } } as unknown as InventoryEventService);

  it('wakes those who read the log when an event has passed by, once for many', async () => {
    let woken = 0;
    const end = feed.onEvents(() => (woken += 1));
    feed.passedBy();
    feed.passedBy();
    await endOfTurn();
    expect(woken).toBe(1);
    end();
    feed.passedBy();
    await endOfTurn();
    expect(woken).toBe(1);
  });

  it('needs events for those alone that peek at all of them', () => {
    const end = feed.onEvents(() => undefined);
    expect([feed.needed, feed.follows]).toEqual([true, 'none']);
    const endPeeking = feed.onEvents(() => undefined, true);
    expect([feed.needed, feed.follows]).toEqual([true, 'all']);
    endPeeking();
    expect(feed.follows).toBe('none');
    end();
    expect(feed.needed).toBe(false);
  });
});
