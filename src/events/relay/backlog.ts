import { Injectable, Logger } from '@nestjs/common';
import { EventBatch } from '../log/event-batch.js';
import { EventLog } from '../log/event-log.js';
import { EventPublisher } from '../publisher/event-publisher.js';
import { FreshnessLease } from '../invalidation/freshness-lease.js';
import { type NumberedEvents, PendingEvents } from '../sequencer/pending-events.js';
import { Sequencer } from '../sequencer/sequencer.js';
import { SEQUENCE_BATCH } from '../sequencer/sequence-events.sql.js';

/**
 * Relays a backlog: while a batch is read, delivered and published, PostgreSQL numbers the next one. No batch is
 * numbered before the one before it is invalidated, so there is never more than one whose old pages may still be
 * served, and the lease can be renewed in between. The order of publishing is that of the positions.
 */
@Injectable()
export class Backlog {
  private readonly logger = new Logger(Backlog.name);

  constructor(
    private readonly sequencer: Sequencer,
    private readonly lease: FreshnessLease,
    private readonly publisher: EventPublisher,
    private readonly log: EventLog,
    private readonly pending: PendingEvents,
  ) {}

  /** Until there is less than a batch, or `goOn` says no. Throws what the sequencer throws. */
  async relay(goOn: () => boolean): Promise<void> {
    let sentAt = performance.now();
    let batch = await this.sequencer.number();
    while (batch) {
      const own = await this.pending.take(batch);
      const read = await this.invalidate(batch, own && EventBatch.of(own));
      await this.lease.keep(sentAt);
      sentAt = performance.now();
      const next = goOn() && batch.eventIds.length === SEQUENCE_BATCH ? this.sequencer.number() : null;
      // Handled where it is awaited, which may be after it has failed.
      next?.catch(() => undefined);
      await this.publish(batch, read ?? (await this.read(batch)));
      // Not the log's head: the next batch may be numbered by now, and must be invalidated before anybody looks for it.
      this.publisher.heartbeat(batch.after + batch.eventIds.length);
      await this.sequencer.maintain();
      batch = await next;
    }
  }

  /** @returns the events if they are `known`, or had to be read for it */
  private async invalidate(batch: NumberedEvents, known: EventBatch | undefined): Promise<EventBatch | undefined> {
    if (await this.lease.invalidateUnread(batch.eventIds)) return known;
    const read = known ?? (await this.read(batch));
    if (read) await this.lease.invalidate(read.events);
    else await this.lease.invalidateAll();
    return read;
  }

  private async publish({ after, eventIds }: NumberedEvents, read: EventBatch | undefined): Promise<void> {
    if (read) await this.publisher.publishParts(read);
    else this.publisher.publishUpTo(after + eventIds.length);
  }

  /** Undefined if that fails: receivers that hear how far the log reaches read the events for themselves. */
  private async read({ after, eventIds }: NumberedEvents): Promise<EventBatch | undefined> {
    try {
      return await this.log.readBatch(after, eventIds.length);
    } catch (error) {
      this.logger.debug(error);
      return undefined;
    }
  }
}
