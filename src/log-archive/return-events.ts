import type pg from 'pg';
import { insertEvents } from './event-rows.js';
import { movedRecords } from './moved-records.js';

/**
 * Puts all events that have moved to segments back into the table, as if they had never left it. In the caller's
 * transaction, while no server leads.
 *
 * @throws BrokenSegmentError
 */
export async function returnEvents(client: pg.Client): Promise<void> {
  // The server may have been ended before it had deleted all of those that have moved.
  await client.query(`
    DELETE FROM inventory_events USING event_log
    WHERE position > dropped_up_to AND position <= moved_up_to AND product_id IS NOT NULL`);
  for await (const rows of movedRecords(client)) {
    await insertEvents(
      client,
      rows.filter(({ productId }) => productId !== null),
    );
  }
  await client.query('UPDATE event_log SET moved_up_to = dropped_up_to');
  await client.query(`
    UPDATE log_segments SET times = NULL, digests = NULL, notes_hash = NULL WHERE times IS NOT NULL`);
  await client.query('TRUNCATE moved_events');
}
