import type pg from 'pg';
import type { Queries } from '../database/index.js';
import {
  ChangedEventError,
  MissingEventError,
  type NewSegment,
  SEGMENT_POSITIONS,
  segmentMakerOver,
} from '../events/index.js';

/** Times in a row that another process may be faster, or remove names of what was read. */
const ATTEMPTS = 5;

const PENDING = 'SELECT count(*)::float8 AS pending FROM inventory_events WHERE position IS NULL';

/**
 * How far the log is sealed, and why not further. If there are as many positions behind `last` as a segment needs, and
 * no `obstacle`, others have sealed each time before this call could, or the history has become another one.
 */
export interface SealOutcome {
  /** That this call has made. */
  segments: number;
  /** Last position that is sealed, 0 if nothing is, and last position of the log. */
  last: number;
  head: number;
  /** That a segment needs. */
  positions: number;
  /** Events that wait for a position, which a server gives. */
  pending: number;
  /** An event that is missing or was changed, in words: nothing is sealed from there on. */
  obstacle?: string;
}

/**
 * Makes all segments that can be made, without the pauses that a server leaves for writers; one may run meanwhile, and
 * seal, too.
 *
 * @param positions of a segment; tests take fewer
 */
export async function sealSegments(
  client: pg.Client,
  onSealed: (segment: NewSegment) => void = () => undefined,
  positions = SEGMENT_POSITIONS,
): Promise<SealOutcome> {
  const sql: Queries = {
    query: async <Row extends pg.QueryResultRow>(statement: { name: string; text: string }, values: unknown[] = []) =>
      (await client.query<Row>({ ...statement, values })).rows,
  };
  const maker = segmentMakerOver(sql);
  let segments = 0;
  let obstacle: string | undefined;
  let ends = await maker.ends();
  for (let attempts = 0; attempts < ATTEMPTS && ends.head - ends.last >= positions; ends = await maker.ends()) {
    try {
      const sealed = await maker.sealNext(ends, positions, () => Promise.resolve());
      attempts = sealed ? 0 : attempts + 1;
      if (!sealed) continue;
      segments += 1;
      onSealed(sealed);
    } catch (error) {
      if (!(error instanceof MissingEventError || error instanceof ChangedEventError)) throw error;
      obstacle = error.message;
      break;
    }
  }
  const { head, last } = ends;
  const { rows } = await client.query<{ pending: number }>(PENDING);
  return { segments, last, head, positions, pending: rows[0]!.pending, ...(obstacle !== undefined && { obstacle }) };
}
