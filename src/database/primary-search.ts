import pg from 'pg';
import { isDatabaseUnavailable } from './database-errors.js';
import type { DatabaseHost } from '../config/index.js';
import { TIMELINE } from './timeline.sql.js';

/** Milliseconds a server has to say what it is. */
const ANSWERS_WITHIN = 2_000;
/** Milliseconds for which it is believed. */
const BELIEVED_FOR = 1_000;

/** Of several servers that can be written, the one on the latest timeline is the one that was promoted last. */
const WHAT_IT_IS = `
  SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly",
         ${TIMELINE} AS timeline`;

interface Answer {
  standby: boolean;
  readOnly: boolean;
  timeline: string | null;
}

interface Asked {
  host: DatabaseHost;
  timeline?: string;
  /** Why it isn't the one. */
  obstacle?: string;
  error?: unknown;
}

/** SQLSTATE. */
const CANNOT_CONNECT_NOW = '57P03';

/** None of the servers can be written now. */
export class NoPrimaryError extends Error {
  /** It is taken for what it is: an outage. */
  readonly code = CANNOT_CONNECT_NOW;

  constructor(asked: readonly Asked[]) {
    const each = asked.map(({ host, obstacle }) => `${host.name} ${obstacle ?? ''}`);
    super(`none of the servers can be written: ${each.join('; ')}`);
  }
}

/**
 * Which of several servers can be written (`target_session_attrs=read-write`). Connections that are there stay where
 * they are: PostgreSQL ends them when it stops, and a statement on a server that has become a standby is refused.
 */
export class PrimarySearch {
  private found: DatabaseHost | undefined;
  private foundAt = -Infinity;
  private search: Promise<DatabaseHost> | undefined;

  /** @param hosts two or more */
  constructor(private readonly hosts: readonly DatabaseHost[]) {}

  /** Callers of one moment share a search. Throws `NoPrimaryError`, or what all servers say alike (a password). */
  find(): Promise<DatabaseHost> {
    if (this.found && performance.now() - this.foundAt < BELIEVED_FOR) return Promise.resolve(this.found);
    this.search ??= this.look().finally(() => (this.search = undefined));
    return this.search;
  }

  /** It couldn't be reached: all are asked again. */
  forget(): void {
    this.found = undefined;
  }

  /** All are asked at once. As long as the former one is right, the others' word counts from the next search on. */
  private async look(): Promise<DatabaseHost> {
    const { found: former } = this;
    const asked = this.hosts.map(ask);
    const all = Promise.all(asked).then((answers) => this.choose(answers));
    all.catch(() => undefined);
    if (former) {
      const { timeline } = await asked[this.hosts.indexOf(former)]!;
      if (timeline !== undefined) {
        this.foundAt = performance.now();
        return former;
      }
    }
    return all;
  }

  private choose(asked: readonly Asked[]): DatabaseHost {
    const writable = asked.filter(({ timeline }) => timeline !== undefined);
    if (writable.length === 0) throw refusalOf(asked);
    const { host } = writable.reduce((one, other) => (other.timeline! > one.timeline! ? other : one));
    this.found = host;
    this.foundAt = performance.now();
    return host;
  }
}

function refusalOf(asked: readonly Asked[]): unknown {
  const [{ error }] = asked as [Asked];
  const isRefused = asked.every((one) => one.error !== undefined && !isDatabaseUnavailable(one.error));
  return isRefused ? error : new NoPrimaryError(asked);
}

async function ask(host: DatabaseHost): Promise<Asked> {
  const client = new pg.Client({
    connectionString: host.url,
    application_name: 'mandi-inventory-sync looks for the primary',
    connectionTimeoutMillis: ANSWERS_WITHIN,
    query_timeout: ANSWERS_WITHIN,
  });
  client.on('error', () => undefined); // the statement under way rejects as well
  try {
    await client.connect();
    const { rows } = await client.query<Answer>(WHAT_IT_IS);
    const { standby, readOnly, timeline } = rows[0]!;
    if (standby) return { host, obstacle: 'is a standby' };
    if (readOnly) return { host, obstacle: 'is read-only' };
    return { host, timeline: timeline! };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { host, error, obstacle: `is out of reach (${message || (code ?? 'connection refused')})` };
  } finally {
    // It may say nothing at all, and is not waited for.
    client.end().catch(() => undefined);
  }
}
