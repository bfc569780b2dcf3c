import { LogRetention } from '../../src/events/retention/log-retention.js';
import { LogSealer } from '../../src/events/seals/log-sealer.js';
import type { TestApp } from './app.js';
import { waitFor } from './processes.js';
import { withClient } from './with-client.js';

/** How the log is cut, in positions. */
export interface Cut {
  segment: number;
  /** Newest positions that stay in the table. */
  staying: number;
}

/** How far events have moved, and how many of those are still in the table. */
export const movedOf = (app: TestApp): Promise<{ upTo: number; left: number; head: number }> =>
  withClient(app.database.url, async (client) => {
    const { rows } = await client.query<{ upTo: number; left: number; head: number }>(`
      SELECT moved_up_to::float8 AS "upTo", count(e.position) FILTER (WHERE position <= moved_up_to
               AND product_id IS NOT NULL)::float8 AS left, max(e.position)::float8 AS head
      FROM event_log LEFT JOIN inventory_events e ON true GROUP BY 1`);
    return rows[0]!;
  });

/** Seals all, and moves what may move, as soon as consumers have passed it. @returns the last position that moved */
export async function moveEvents(app: TestApp, { segment, staying }: Cut): Promise<number> {
  const sealer = app.app.get(LogSealer);
  sealer.positions = segment;
  await sealer.run();
  const retention = app.app.get(LogRetention);
  Object.assign(retention, { keptFor: 0, staying, after: 0 });
  const isDone = async (): Promise<boolean> => {
    await retention.run();
    const { upTo, left, head } = await movedOf(app);
    return left === 0 && upTo + segment + staying > head;
  };
  await waitFor(isDone, { timeoutMs: 60_000, what: 'events that have moved' });
  return (await movedOf(app)).upTo;
}
