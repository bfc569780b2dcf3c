import type { QueryResultRow } from 'pg';
import type { SqlClient, Statement } from '../../database/index.js';
import { LEADER_NAME } from '../sequencer/leader-election.js';
import type { SentStatement } from '../sequencer/sequencer.js';

/** Milliseconds that PostgreSQL may take to end a session. */
const ENDS_WITHIN = 1_000;

/** `$1`: PostgreSQL's process. Null: there is no such session any more. The number may be another session's by now. */
const END_SESSION: Statement = {
  name: 'end-session',
  text: `SELECT bool_and(pg_terminate_backend(pid, ${ENDS_WITHIN})) AS ended
         FROM pg_stat_activity WHERE pid = $1 AND application_name = '${LEADER_NAME}'`,
};

/** How the effects of a statement are found that was lost with its connection. */
export interface Recovery {
  /**
   * Gives the rows that the lost statement gave, or would have given, of what it has changed. Its last two parameters
   * are the ids of the events that it may have appended, and the lowest `seq` they may have.
   */
  statement: Statement;
  /** The other parameters. */
  values: unknown[];
}

/**
 * What a statement has done whose connection was lost before its answer came. Its session may still be at work, and
 * commit when others have changed the same rows meanwhile, so it is ended first: from then on the log tells for good.
 *
 * Rejects if that can't be found out now.
 */
export async function whatWasDone<Row extends QueryResultRow>(
  sql: SqlClient,
  { session, mark }: SentStatement<unknown>,
  { statement, values }: Recovery,
  eventIds: readonly string[],
): Promise<Row[]> {
  const [row] = await sql.query<{ ended: boolean | null }>(END_SESSION, [session]);
  if (row!.ended === false) throw new Error(`Session ${session} of PostgreSQL does not end`);
  return sql.query<Row>(statement, [...values, eventIds, mark]);
}
