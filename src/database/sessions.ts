/** A session of PostgreSQL, of this product or of others, as far as this one's role may know of it. */
export interface Session {
  /** Null: a prepared transaction, which has no session. */
  pid: number | null;
  name: string | null;
  state: string | null;
  /** Since its transaction has begun. */
  seconds: number | null;
}

/** SQL of a `Session` from `pg_stat_activity a`. */
export const SESSION_COLUMNS = `a.pid, a.application_name AS name, a.state,
  extract(epoch FROM clock_timestamp() - a.xact_start)::integer AS seconds`;

/** For a line of the log, so that its reader can end the session. */
export function sessionsText(sessions: readonly Session[]): string {
  const named = sessions.flatMap(({ pid, name, state, seconds }) =>
    pid === null ? [] : [`${pid} (${name || 'without a name'}, ${state ?? 'of another role'}, ${seconds ?? '?'} s)`],
  );
  return named.length > 0 ? `sessions ${named.join(', ')}` : 'a prepared transaction';
}
