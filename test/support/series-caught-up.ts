import type { TestApp } from './app.js';
import { waitFor } from './processes.js';
import { projectionState } from './projection-states.js';

/** Waits until the series have come to where the log is: a read waits for that for half a second only. */
export async function seriesCaughtUp(app: TestApp): Promise<void> {
  const { body } = await app.request<{ lastPosition: number }>('GET', '/api/events?limit=1');
  const reached = async (): Promise<boolean> => {
    const series = await projectionState(app, 'price-series');
    return series !== undefined && series.position >= body.lastPosition && series.rebuilding === null;
  };
  await waitFor(reached, { timeoutMs: 30_000, what: 'series that have caught up' });
}
