import { describe, expect, it, jest } from '@jest/globals';
import type { ProjectionPositions } from '../consumers/index.js';
import type { AwaitSequenced, EventLog, InventoryEventService } from '../events/index.js';
import type { Clock, MarketCalendar } from '../infra/index.js';
import { Moments } from './moments.js';

describe('Moments', () => {
  const reaches = jest.fn((..._asked: [string, number, number]) => Promise.resolve(true));
  const positions = { read: () => Promise.resolve(100_000), reaches };
  const moments = new Moments(
    {} as EventLog,
    {} as InventoryEventService,
    {} as AwaitSequenced,
    positions as unknown as ProjectionPositions,
    {} as MarketCalendar,
    {} as Clock,
  );

  it('has a reader of the present wait a quarter of a second for the history, and not where that is far behind', async () => {
    expect(await moments.reachesSoon(150_000)).toBe(false);
    expect(reaches).not.toHaveBeenCalled();
    expect(await moments.reachesSoon(101_000)).toBe(true);
    expect(reaches).toHaveBeenCalledWith('product-history', 101_000, 250);
  });
});
