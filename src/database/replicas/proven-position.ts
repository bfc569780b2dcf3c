import type { StandbyView } from './replica-check.sql.js';
import type { WalPosition } from './wal-position.js';

/** The history of the database as this instance knows it from the primary. */
export interface KnownHistory {
  /** Of the log; null before the log is known. */
  epoch: string | null;
  /** That the primary writes, as in a `WalPosition`; null while it can't be asked. */
  timeline: string | null;
}

/** Why an answer of a server proves nothing. */
export type Obstacle =
  | 'is out of reach'
  | 'is no standby'
  | 'is of another database'
  | 'does not stream'
  | 'does not say which timeline it streams (GRANT pg_read_all_stats to its role)'
  | 'is of another history';

/**
 * How far a server is that has said this of itself: everything read on the same connection afterwards has what is
 * committed before that position.
 *
 * LSNs of two histories can't be compared, and a standby may leave the primary's: when the server that it follows is
 * promoted, or it was promoted itself and is a standby again. So three must name the same timeline: the primary, the
 * stream that the standby gets, and the data that it has replayed (`event_log`, where an instance notes the timeline of
 * the primary within a second). The stream tells of a standby that has left the history, and the data of one that
 * follows another server which has happened to give its timeline the same number. The epoch tells of data that were
 * set back on their timeline.
 */
export function provenPosition(view: StandbyView, known: KnownHistory): { position: WalPosition } | Obstacle {
  if (!view.standby) return 'is no standby';
  if (!view.streams) return 'does not stream';
  if (view.receiving === null) {
    return 'does not say which timeline it streams (GRANT pg_read_all_stats to its role)';
  }
  const { receiving, replayed, timeline, epoch } = view;
  const isOurs = epoch === known.epoch && receiving === known.timeline && timeline === known.timeline;
  return isOurs && replayed !== null ? { position: receiving + replayed } : 'is of another history';
}
