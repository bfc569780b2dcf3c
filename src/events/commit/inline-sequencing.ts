import { Injectable, Logger } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import type { NewInventoryEvent } from '../../contracts/index.js';
import { currentTransaction, isLockTimeout, type Statement } from '../../database/index.js';
import { EventLog } from '../log/event-log.js';
import { placedEvent } from '../log/inventory-event.js';
import { PublishOrder, type PublishTicket } from '../publisher/publish-order.js';
import { OrderedPublisher } from '../publisher/ordered-publisher.js';
import { CacheInvalidation } from '../invalidation/cache-invalidation.js';
import type { AwaitInvalidated } from './await-invalidated.js';
import { type SentStatement, Sequencer } from '../sequencer/sequencer.js';

/** Milliseconds to wait while the lease is renewed, twice a second; not for a cache that hangs, nor for a backlog. */
const OPENS_WITHIN = 100;

/**
 * On the leading instance: statements that append events and give them their positions in one
 * (`appendedWithPositions`), over the leader's connections. It saves the second look at each event: a new version of
 * the row in all its indexes, a statement for each few events, and another process that wants a processor.
 *
 * G4 is kept as the sequencer keeps it. Only the leader gives positions: the connection holds a lock of the leader's,
 * and the statement takes the lock of the positions, which it keeps to its commit; if it fails, it takes them back with
 * it. An event that waits for its position is never passed by a later version of its product: it was committed before
 * that one read the product, so the statement sees it wait, and then appends its own events without positions, for the
 * sequencer.
 */
@Injectable()
export class InlineSequencing {
  constructor(
    private readonly sequencer: Sequencer,
    private readonly order: PublishOrder,
    private readonly ordered: OrderedPublisher,
    private readonly invalidation: CacheInvalidation,
    private readonly log: EventLog,
  ) {}

  /**
   * Sends the statement, with the floor of the queue as one more parameter. Undefined if that isn't possible now, and
   * nothing was sent: another instance leads, there is a backlog, or the caller is in a transaction.
   *
   * @param size how many rows it is about, at most
   */
  async send<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[],
    size: number,
  ): Promise<InlineAppend<Row> | undefined> {
    if (currentTransaction()) return undefined;
    if (this.order.closed) await this.order.opened(OPENS_WITHIN);
    if (this.order.closed) return undefined;
    const sent = this.sequencer.append<Row>(statement, values, size);
    return sent && new InlineAppend(sent, this.order.enter(), this.ordered, this.invalidation, this.log);
  }
}

export class InlineAppend<Row> {
  private readonly logger = new Logger(InlineSequencing.name);
  private published = false;

  constructor(
    readonly sent: SentStatement<Row>,
    private readonly ticket: PublishTicket,
    private readonly ordered: OrderedPublisher,
    private readonly invalidation: CacheInvalidation,
    private readonly log: EventLog,
  ) {}

  /**
   * Null if another session keeps a row locked: the leader's connection does not wait for row locks, so a writer that
   * wants to wait does so on another connection. Rejects as any statement does.
   */
  async rows(): Promise<Row[] | null> {
    try {
      return await this.sent.rows;
    } catch (error) {
      // Whatever the caller does next, later tickets must not wait for this one.
      this.ticket.end();
      if (!isLockTimeout(error)) throw error;
      return null;
    }
  }

  /**
   * Resolves when every cached search that these events change is out of date, or can't be put so; they are published
   * when their ticket is next.
   *
   * @param after the position before the first one's
   * @param events all that the statement has appended, in its order
   * @param unreached waits if some search couldn't be put out of date
   */
  async finalize(after: number, events: readonly NewInventoryEvent[], unreached: AwaitInvalidated): Promise<void> {
    this.ticket.numbered(after, after + events.length);
    const began = performance.now();
    const invalidated = await this.invalidation.committed(events);
    const { epoch } = this.log;
    const positioned = events.map((event, index) => placedEvent(event, epoch, after + index + 1));
    const tried = invalidated.length === events.length ? undefined : this.madeUp(events, unreached, began);
    this.published = true;
    // Not waited for: the change is done. What isn't published is read from the log.
    this.ordered.publish(this.ticket, positioned, tried).catch((error: unknown) => this.logger.error(error));
    await tried;
  }

  private async madeUp(
    events: readonly NewInventoryEvent[],
    unreached: AwaitInvalidated,
    since: number,
  ): Promise<void> {
    if (await unreached.madeUp(since)) this.invalidation.markDone(events.map(({ eventId }) => eventId));
  }

  /** Must be called in any case, when there is nothing to come any more. */
  end(): void {
    if (!this.published) this.ticket.end();
  }
}
