import { Logger } from '@nestjs/common';
import type { ClientBase } from 'pg';
import { type Session, SESSION_COLUMNS, sessionsText } from '../../database/index.js';

/** Milliseconds between two probes. */
const PROBE_EVERY = 500;
/**
 * Milliseconds after which all of the queue is looked through once, for rows with a `seq` that wasn't drawn from the
 * sequence.
 */
const DISTRUST_AFTER = 60_000;

/** Milliseconds after which the sessions that hold up the low-water mark are named in the log, once each time. */
const WARN_AFTER = 10_000;

/** How a prepared transaction, which has no session, is listed. */
const PREPARED = 'prepared';

/**
 * The last number drawn, and the transactions that have drawn numbers and not ended. `nextval` locks the sequence until
 * the end of its transaction, and a transaction gives its locks up after what it has committed is visible.
 */
const PROBE = `
  SELECT last_value AS seq, ARRAY(
    SELECT CASE WHEN pid IS NULL THEN '${PREPARED}' ELSE virtualtransaction || ' ' || pid END FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'inventory_events_seq_seq'::regclass AND mode = 'RowExclusiveLock'
      AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS holders
  FROM inventory_events_seq_seq`;

/** `$1`: process ids of sessions. */
const SESSIONS = `SELECT ${SESSION_COLUMNS} FROM pg_stat_activity a WHERE a.pid = ANY($1::integer[])`;

interface Candidate {
  seq: number;
  /** On the clock of `now`. */
  since: number;
  /** Every transaction that has drawn a number up to `seq` is among them, or has ended. Absent until the next probe. */
  holders?: readonly string[];
  warned?: boolean;
}

/**
 * Where the queue of events without position begins, for one leadership.
 *
 * Entries of the queue's index stay, dead, until the next vacuum; a scan from the beginning goes over all of them, at
 * 100,000 dead ones for a millisecond and more. So it begins at a `seq` below which nothing can be waiting: all
 * transactions that have drawn a lower one have ended, and a scan made after that has found less than a batch. Just
 * going on behind the highest `seq` would leave behind what a slow transaction commits later.
 *
 * That a number was drawn is seen at one probe, and who holds the sequence at the next one, so that a transaction that
 * has drawn a number up to it has the lock by then or has ended. At a later probe all of those holders have gone.
 *
 * Tried and worse: waiting for the oldest transaction of the snapshot instead. It waits for every transaction of every
 * database of the server, also for one that has nothing to do with the log and was forgotten: the scan went from 8 to
 * 131 ms at 300,000 events.
 */
export class LowWaterMark {
  private candidate: Candidate | undefined;
  private confirmed = 0;
  private mark = 0;
  private probedAt = -Infinity;
  private distrustedAt: number;

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly probeEvery = PROBE_EVERY,
    private readonly warn: (message: string) => void = (message) => new Logger(LowWaterMark.name).warn(message),
  ) {
    this.distrustedAt = now();
  }

  /** The lowest `seq` that may be without position. */
  get value(): number {
    return this.mark;
  }

  /** A scan from `value` on has found less than there was room for. */
  caughtUp(): void {
    this.mark = this.confirmed;
  }

  /**
   * Raises the mark as far as it can rise, if a probe is due. A scan that begins later sees no less.
   * @returns whether it was due
   */
  async raise(client: ClientBase): Promise<boolean> {
    const now = this.now();
    if (now - this.probedAt < this.probeEvery) return false;
    this.probedAt = now;
    if (now - this.distrustedAt >= DISTRUST_AFTER) {
      this.distrustedAt = now;
      this.mark = 0;
    }
    const { rows } = await client.query<{ seq: string; holders: string[] }>(PROBE);
    const { seq, holders } = rows[0]!;
    if (this.candidate?.holders && hasEnded(this.candidate.holders, holders)) {
      this.confirmed = this.candidate.seq;
      this.candidate = undefined;
    }
    if (this.candidate) {
      this.candidate.holders ??= holders;
      if (now - this.candidate.since >= WARN_AFTER) await this.nameHolders(client, this.candidate, holders);
    }
    // A number once drawn is confirmed, however long no other number is drawn.
    else if (Number(seq) > this.confirmed) this.candidate = { seq: Number(seq), since: now };
    return true;
  }

  private async nameHolders(client: ClientBase, candidate: Candidate, now: readonly string[]): Promise<void> {
    if (candidate.warned) return;
    candidate.warned = true;
    const held = candidate.holders!.filter((holder) => now.includes(holder));
    const pids = held.map((holder) => Number(holder.split(' ')[1])).filter(Boolean);
    const { rows } = await client.query<Session>(SESSIONS, [pids]);
    this.warn(`Events wait for transactions that have written to the log and not ended: ${sessionsText(rows)}`);
  }
}

/** A prepared transaction is listed without its former name, so none may be there at all. */
function hasEnded(holders: readonly string[], now: readonly string[]): boolean {
  return !now.includes(PREPARED) && !holders.some((holder) => now.includes(holder));
}
