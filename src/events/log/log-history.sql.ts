import { type Statement, TIMELINE } from '../../database/index.js';

export interface HistoryRow {
  epoch: string;
  beganAt: string;
  former: string[];
  systemIdentifier: string | null;
  timeline: string | null;
  /** Event at the position that was asked for, null if the table has none there. */
  eventId: string | null;
  /** It may have moved to a segment, so that its absence says nothing. */
  hasMoved: boolean;
}

export interface ClusterRow {
  systemIdentifier: string | null;
  timeline: string | null;
}

/** `$1`: the position of the newest event that this process knows. */
export const READ_HISTORY: Statement = {
  name: 'read-history',
  text: `SELECT epoch, began_at AS "beganAt", former, system_identifier AS "systemIdentifier", timeline,
           (SELECT event_id FROM inventory_events WHERE position = $1) AS "eventId", $1 <= moved_up_to AS "hasMoved"
         FROM event_log`,
};

/** Which history of which cluster answers. Any role may ask, unless it was forbidden. */
export const READ_CLUSTER: Statement = {
  name: 'read-cluster',
  text: `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
           ${TIMELINE} AS timeline`,
};

/** `$1` the epoch as it was read: of several who notice, one is first. `$2` system identifier, `$3` timeline. */
export const KEEP_EPOCH: Statement = {
  name: 'keep-epoch',
  text: `UPDATE event_log SET system_identifier = coalesce($2, system_identifier), timeline = coalesce($3, timeline)
         WHERE epoch = $1`,
};

/** The same for a new epoch; `$4`: further epochs that it takes the place of. */
export const BEGIN_EPOCH: Statement = {
  name: 'begin-epoch',
  text: `UPDATE event_log SET epoch = gen_random_uuid(), former = former || $4::uuid[] || epoch,
           began_at = (SELECT coalesce(max(position), 0) FROM inventory_events),
           system_identifier = coalesce($2, system_identifier), timeline = coalesce($3, timeline)
         WHERE epoch = $1`,
};
