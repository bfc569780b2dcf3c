import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import type { NewInventoryEvent } from '../../contracts/index.js';
import {
  afterCommit,
  isConnectionLost,
  isDatabaseUnavailable,
  savepoint,
  SqlClient,
  type Statement,
} from '../../database/index.js';
import { Tracing } from '../../infra/index.js';
import { RelayWakeup } from '../relay/relay-wakeup.js';
import { CacheInvalidation } from '../invalidation/cache-invalidation.js';
import { PendingEvents, type ReportCommitted } from '../sequencer/pending-events.js';
import { AcknowledgedChanges } from './acknowledged-changes.js';
import { AwaitInvalidated } from './await-invalidated.js';
import { InlineSequencing } from './inline-sequencing.js';
import { type Recovery, whatWasDone } from './lost-statement.js';

/**
 * Milliseconds. A PostgreSQL that takes longer to lose a statement hangs; asking it what has been done would wait as
 * long once more.
 */
const RECOVER_WITHIN = 1_000;

/** What the rows of a committed statement mean. */
export interface CommittedEvents {
  /** The events that the statement has appended, as the log has them. */
  events: readonly NewInventoryEvent[];
}

/** A statement that changes rows and appends the events of the changes, which is one transaction (G3). */
export interface EventCommit<Row extends QueryResultRow, Result extends CommittedEvents> {
  sql: {
    /** Appends events without positions (`appended`, `appendEventsSql`). */
    append: Statement;
    /**
     * The same, but the events get their positions in the statement (`appendedWithPositions`). It has one more
     * parameter, the lowest `seq` that may be without position, and each row of a change has the column `after` of
     * `reservePositions`.
     */
    appendWithPositions?: Statement;
  };
  values: unknown[];
  /**
   * Ids that the events may have, in the order in which they are appended. Empty if the events may differ from what the
   * log will hold (as a library user's may): the relay then reads them from the log.
   */
  eventIds: readonly string[];
  /**
   * Called once, after the statement has been committed or, in a transaction, has been answered. After a recovery the
   * rows are those of what has been done, and all else can be committed anew.
   */
  resultOf: (rows: Row[]) => Result;
  /** For a statement that may be sent with positions. Without it, one that is lost is an error. */
  recovery?: Recovery;
  /**
   * Others wait for it: a locked row soon makes it fail (`isLockTimeout`), and then nothing has been done. Not in a
   * transaction of the caller.
   */
  impatient?: boolean;
}

/**
 * The one way into the event log: every change of state that has events is committed here.
 *
 * What `commit` promises when it resolves: the change and its events are durable, and no search of any instance can be
 * served a page from before them (G1, G3). Positions, publication and delivery follow on their own.
 *
 * Timeline of a commit
 *
 *     track     the event ids are known to the leader's memory before the statement is sent, since a statement is often
 *               sequenced before its answer arrives (`PendingEvents`)
 *     send      where this instance leads and nothing waits: one statement that also gives positions
 *               (`InlineSequencing`);
 *               else, or if a row is locked, the statement without positions over a pool or the caller's transaction
 *     read      `resultOf` tells from the rows which events have been appended
 *     invalidate  the scopes of these events are invalidated in the search caches
 *     (wait)    only if a cache is out of reach: until it, or the leader, has done it (`AwaitInvalidated`)
 *     publish   inline: in the order of positions. Else the relay is woken, which sequences, and publishes
 *
 * In a transaction of the caller (an idempotent request, a page of an import) the statement is a savepoint of it, and
 * what comes after `read` follows its commit, before the transaction's `commit` resolves.
 *
 * A statement that is lost with the leader's connection may have been done, wholly or not at all. The log tells, by the
 * ids of its events (`lost-statement.ts`). It is never simply repeated: another instance may have changed the same
 * product since, and its acknowledged change would be undone.
 */
@Injectable()
export class EventCommitter {
  constructor(
    private readonly sql: SqlClient,
    private readonly inline: InlineSequencing,
    private readonly pending: PendingEvents,
    private readonly invalidation: CacheInvalidation,
    private readonly wakeup: RelayWakeup,
    private readonly acknowledged: AcknowledgedChanges,
    private readonly tracing: Tracing,
    private readonly unreached: AwaitInvalidated,
  ) {}

  /**
   * @returns what `resultOf` makes of the rows
   * @throws whatever PostgreSQL refuses, and then nothing has been done; when PostgreSQL was out of reach
   *   (`isDatabaseUnavailable`), the change may have been done
   */
  commit<Row extends QueryResultRow, Result extends CommittedEvents>(
    commit: EventCommit<Row, Result>,
  ): Promise<Result> {
    return this.pending.trackCommit(commit.eventIds, (report) => this.run(commit, report));
  }

  private async run<Row extends QueryResultRow, Result extends CommittedEvents>(
    { sql, values, eventIds, resultOf, recovery, impatient = false }: EventCommit<Row, Result>,
    report: ReportCommitted,
  ): Promise<Result> {
    const sentAt = performance.now();
    const { append, appendWithPositions } = sql;
    const inline = appendWithPositions && (await this.inline.send<Row>(appendWithPositions, values, eventIds.length));
    const recover = async (error: unknown): Promise<Row[] | null> => {
      if (!isDatabaseUnavailable(error) || !recovery || performance.now() - sentAt > RECOVER_WITHIN) throw error;
      // Cancelled, or short of something: nothing has been done, and another connection may be able to.
      if (!isConnectionLost(error)) return null;
      return whatWasDone<Row>(this.sql, inline!.sent, recovery, eventIds).catch(() => {
        throw error;
      });
    };
    try {
      const positioned = inline && (await inline.rows().catch(recover));
      const usual = (): Promise<Row[]> =>
        impatient
          ? this.sql.queryImpatiently<Row>(append, values)
          : savepoint(() => this.sql.query<Row>(append, values));
      const rows = positioned ?? (await usual());
      const result = resultOf(rows);
      const after = positioned ? positionBefore(positioned) : null;
      if (inline && after !== null) {
        await inline.finalize(after, inOrder(result.events, eventIds), this.unreached);
        this.acknowledged.note(result.events);
      } else {
        inline?.end();
        await this.acknowledge(result.events, report);
      }
      if (this.tracing.on) this.trace(result.events, performance.now() - sentAt, after !== null);
      return result;
    } finally {
      inline?.end();
    }
  }

  private trace(events: readonly NewInventoryEvent[], ms: number, sequenced: boolean): void {
    const counts = new Map<string, number>();
    for (const { correlationId } of events) counts.set(correlationId, (counts.get(correlationId) ?? 0) + 1);
    for (const [id, count] of counts) {
      this.tracing.step('commit', id, Date.now() - ms, { 'inventory.events': count, 'inventory.sequenced': sequenced });
    }
  }

  /** Invalidates what the events change, then wakes the relay. In a transaction, after its commit. */
  private async acknowledge(events: readonly NewInventoryEvent[], report: ReportCommitted): Promise<void> {
    if (events.length === 0) return;
    await afterCommit(async () => {
      const began = performance.now();
      const invalidated = await this.invalidation.committed(events);
      this.wakeup.committed(invalidated, report(events));
      if (invalidated.length === 0) await this.unreached.madeUp(began);
      this.acknowledged.note(events);
    });
  }
}

/** The position before the first event's; null if the statement has changed nothing, or given no positions. */
function positionBefore(rows: readonly QueryResultRow[]): number | null {
  const after = (rows[0] as { after?: string | null } | undefined)?.after ?? null;
  return after === null ? null : Number(after);
}

function inOrder(events: readonly NewInventoryEvent[], eventIds: readonly string[]): NewInventoryEvent[] {
  const byId = new Map(events.map((event) => [event.eventId, event]));
  return eventIds.flatMap((id) => byId.get(id) ?? []);
}
