import { Injectable, Logger } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import type { LogCursor } from '../../contracts/index.js';
import { SqlClient, type Statement } from '../../database/index.js';
import { Clock, Metrics } from '../../infra/index.js';
import { EventLog } from './event-log.js';
import {
  BEGIN_EPOCH,
  type ClusterRow,
  type HistoryRow,
  KEEP_EPOCH,
  READ_CLUSTER,
  READ_HISTORY,
} from './log-history.sql.js';

/** Milliseconds between two looks; a look is two statements that touch three rows. */
const LOOK_EVERY = 1_000;
/** Milliseconds for which `setBackAt` tells of it. */
const TOLD_FOR = 600_000;

/** Asks one statement, on whatever connection. */
export type Ask = <Row extends QueryResultRow>(statement: Statement, values: unknown[]) => Promise<Row[]>;

/** An event that this process knows; without an id it is read at the next look. */
interface Known {
  readonly position: number;
  readonly eventId: string | null;
}

/**
 * Binds the epoch to the history of the database (decision 15). An event once seen stays at its position for ever,
 * unless PostgreSQL was set back: a replica promoted without the last commits, a restored copy. So the newest event
 * that this process knows is looked up now and then; if another one is at its position, or none, the log went back, and
 * a new epoch is written. That holds even when the log has grown past the position since.
 *
 * *Maintained invariant*: no instance gives a position before it has looked on the connection that holds the leader's
 * locks. A connection lasts no longer than the history it was opened to.
 */
@Injectable()
export class LogHistory {
  private readonly logger = new Logger(LogHistory.name);
  private readonly listeners: ((began: LogCursor) => void)[] = [];
  private readonly setBacks = this.metrics.counter(
    'inventory_log_set_backs_total',
    'Times this instance found that the event log had gone back, or was told so by a new epoch.',
  );
  private newest: Known = { position: 0, eventId: null };
  /**
   * What was the newest when doubts arose. A later one may be of the other history, and be found, so this one is looked
   * up before it; and the later one after it, as it may have gone, too.
   */
  private doubted: Known | null = null;
  /** The cluster that the last look found, in which what was known then was still there. */
  private cluster: ClusterRow | null = null;
  private looking: Promise<void> = Promise.resolve();
  /** A look on the pool is under way; while PostgreSQL is away it takes seconds. */
  private pooled = false;
  private lookedAt = 0;
  private changedAt = -Infinity;

  constructor(
    private readonly log: EventLog,
    private readonly sql: SqlClient,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  /** `listener` is called in the tick in which the new epoch takes effect, with the position that its events follow. */
  onNewEpoch(listener: (began: LogCursor) => void): void {
    this.listeners.push(listener);
  }

  /** The newest event that has reached this process. */
  reached(event: Known): void {
    this.newest = event;
  }

  /**
   * Another event than the known one is said to be at a position, or another epoch to be the log's: the next look is
   * due at once, and is about what is known now.
   */
  doubt(): void {
    this.doubted ??= this.newest;
    this.lookedAt = 0;
  }

  /** Whether events of the position contradict what this process knows. */
  contradicts({ position, eventId }: Known): boolean {
    return position === this.newest.position && this.newest.eventId !== null && eventId !== this.newest.eventId;
  }

  get due(): boolean {
    return this.clock.hasPassed(LOOK_EVERY, this.lookedAt);
  }

  /** When the log was found to have gone back, if that is less than ten minutes ago: an ISO time. */
  get setBackAt(): string | undefined {
    return this.clock.hasPassed(TOLD_FOR, this.changedAt) ? undefined : new Date(this.changedAt).toISOString();
  }

  /** Looks on the pool. Never rejects. */
  async look(): Promise<void> {
    if (this.pooled) return;
    this.pooled = true;
    this.lookedAt = this.clock.now();
    try {
      await this.check((statement, values) => this.sql.query(statement, values), false);
    } catch (error) {
      // PostgreSQL is away: what comes back may be another history, and soon have other events.
      this.doubted ??= this.newest;
      this.logger.debug(error);
    } finally {
      this.pooled = false;
    }
  }

  /** Looks before this instance leads, on the connection that holds the lock. Throws what the driver throws. */
  lookAsLeader(ask: Ask): Promise<void> {
    return this.check(ask, true);
  }

  /** One look after the other, so that each knows what the one before has found. */
  private check(ask: Ask, leads: boolean): Promise<void> {
    const check = this.looking.then(() => this.compare(ask, leads));
    this.looking = check.catch(() => undefined);
    return check;
  }

  private async compare(ask: Ask, leads: boolean): Promise<void> {
    const known = this.doubted ?? this.newest;
    const [row] = await ask<HistoryRow & QueryResultRow>(READ_HISTORY, [known.position]);
    const cluster = await this.clusterOf(ask);
    const { epoch } = this.log;
    if (row!.epoch !== epoch && row!.former.includes(epoch)) return this.adopt(row!, 'another instance found it');
    const reason = this.reasonFor(row!, known, cluster, leads);
    if (reason) {
      await ask(BEGIN_EPOCH, [
        row!.epoch,
        cluster.systemIdentifier,
        cluster.timeline,
        epoch === row!.epoch ? [] : [epoch],
      ]);
      const [begun] = await ask<HistoryRow & QueryResultRow>(READ_HISTORY, [0]);
      return this.adopt(begun!, reason);
    }
    if (this.newest === known && known.eventId === null) this.newest = { ...known, eventId: row!.eventId };
    const isNew = row!.systemIdentifier === null || row!.timeline === null;
    if ((isNew && cluster.timeline !== null) || (differs(row!, cluster) && this.wasThere(row!, known))) {
      await ask(KEEP_EPOCH, [row!.epoch, cluster.systemIdentifier, cluster.timeline]);
    }
    this.cluster = cluster;
    if (this.doubted === known) {
      this.doubted = null;
      await this.compare(ask, leads);
    }
  }

  private reasonFor(row: HistoryRow, known: Known, cluster: ClusterRow, leads: boolean): string | undefined {
    if (row.epoch !== this.log.epoch) return 'its epoch is one from before';
    if (known.eventId !== null && row.eventId !== known.eventId && (row.eventId !== null || !row.hasMoved)) {
      return `position ${known.position} has ${row.eventId ? 'another event' : 'no event'} now`;
    }
    if (leads && differs(row, cluster) && !this.wasThere(row, known)) {
      return 'the database is a copy, restored or promoted, and no instance knows that nothing is missing';
    }
    return undefined;
  }

  /** Whether what is known dates from the cluster that the row names, so that finding it again proves something. */
  private wasThere(row: HistoryRow, known: Known): boolean {
    const isKnown = known.position === 0 || known.eventId !== null;
    return isKnown && this.cluster !== null && !differs(row, this.cluster);
  }

  /** Nulls where PostgreSQL doesn't say: then the events alone tell. */
  private async clusterOf(ask: Ask): Promise<ClusterRow> {
    try {
      const [row] = await ask<ClusterRow & QueryResultRow>(READ_CLUSTER, []);
      return row!;
    } catch (error) {
      this.logger.debug(error);
      return { systemIdentifier: null, timeline: null };
    }
  }

  private adopt({ epoch, beganAt, systemIdentifier, timeline }: HistoryRow, reason: string): void {
    const before = this.log.epoch;
    const began = { epoch, position: Number(beganAt) };
    this.log.begin(epoch);
    this.newest = { position: began.position, eventId: null };
    this.doubted = null;
    this.cluster = { systemIdentifier, timeline };
    this.lookedAt = 0;
    this.changedAt = this.clock.now();
    this.setBacks.inc();
    this.logger.warn(
      `The database was set back (${reason}): epoch ${epoch} begins after position ${began.position}, in place of ` +
        `${before}. Clients are told to fetch the current state; caches are cleared.`,
    );
    for (const listener of this.listeners) listener(began);
  }
}

/** Whether two are known to be different. */
function differs(one: ClusterRow, other: ClusterRow): boolean {
  const known = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;
  return known(one.systemIdentifier, other.systemIdentifier) || known(one.timeline, other.timeline);
}
