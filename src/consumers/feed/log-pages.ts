import { type ConsumerFilter, fits, type InventoryEvent } from '../../contracts/index.js';
import { BATCH_BYTES, BATCH_EVENTS, type EventLog, type MatchingEvent } from '../../events/index.js';

/** Positions that one query looks through at most. Pages end at multiples of it, so that partitions come together. */
const SLICE = 10_000;
/** Positions within which partitions are near each other, beside those that are at the pages of just now. */
const NEAR = 2_500;
/** Pages that are kept at most: of the slowest partition and the fastest one, and the next. */
const KEPT = 3;

export interface FedEvents {
  events: InventoryEvent[];
  /** Nothing that is wanted is missing up to this position, at which is this event. */
  reached: number;
  reachedId: string;
}

/** All that some partitions want between two positions, the first of them excluded. */
interface Page {
  partitions: readonly number[];
  after: number;
  reached: number;
  reachedId: string;
  events: readonly MatchingEvent[];
}

type Reading = Pick<Page, 'partitions' | 'after'> & { page: Promise<Page | undefined> };

/**
 * The log as the partitions of one consumer read it that this process owns and that are behind. Those that are near
 * each other read a page together: each for itself would look at all events of the others. While a page is handled,
 * the next one is read.
 *
 *     partition 0   ── page 1 ──┐ page 2 ──┐ page 3
 *     partition 1   ── page 1 ────┐ page 2 ──
 *     the log       page 1 · page 2 · page 3 ·        one page ahead of the fastest
 */
export class LogPages {
  private pages: Page[] = [];
  private readings: Reading[] = [];
  /** Where each partition has asked last. */
  private readonly standing = new Map<number, number>();

  /** @param of how many partitions the consumer has */
  constructor(
    private readonly log: Pick<EventLog, 'copyMatching'>,
    private readonly filter: ConsumerFilter,
    private readonly of: number,
  ) {}

  /**
   * What a partition wants after a position, at most 500 events or about 1 MiB; undefined if the log doesn't reach to
   * `upTo`, since it was set back.
   *
   * @param upTo a position that the log is known to have
   */
  async after(position: number, partition: number, upTo: number): Promise<FedEvents | undefined> {
    this.stands(partition, position);
    const page = await this.pageOf(position, partition, upTo);
    if (!page) return undefined;
    if (page.reached < upTo && !covering(this.pages, page.reached, partition)) {
      // What it fails with comes again to the partition that gets there.
      this.reading(page.reached, partition, upTo).page.catch(() => undefined);
    }
    return batchOf(page, position, partition);
  }

  /** Pages that all have passed are forgotten. */
  stands(partition: number, position: number): void {
    this.standing.set(partition, position);
    if (this.pages.length > 0) this.forgetPassed();
  }

  /** @returns whether no partition is left */
  leave(partition: number): boolean {
    this.standing.delete(partition);
    this.forgetPassed();
    return this.standing.size === 0;
  }

  private forgetPassed(): void {
    const first = Math.min(...this.standing.values());
    this.pages = this.pages.filter(({ reached }) => reached > first);
  }

  private async pageOf(position: number, partition: number, upTo: number): Promise<Page | undefined> {
    const known = covering(this.pages, position, partition);
    if (known) return known;
    const page = await this.reading(position, partition, upTo).page;
    // Another partition's reading may have ended before this position.
    if (!page || page.reached > position) return page;
    return this.read(position, [partition], upTo);
  }

  /** One that is under way, if it may come to what is asked for. */
  private reading(position: number, partition: number, upTo: number): Reading {
    const known = this.readings.find(
      ({ after, partitions }) => after <= position && position < after + NEAR && partitions.includes(partition),
    );
    if (known) return known;
    const first = Math.min(position - NEAR, ...this.pages.map(({ after }) => after));
    const near = [...this.standing].filter(([, stands]) => first <= stands && stands <= position + NEAR);
    const partitions = [...new Set([partition, ...near.map(([one]) => one)])];
    const page = this.read(position, partitions, upTo).finally(() => {
      this.readings = this.readings.filter((other) => other !== reading);
    });
    const reading = { partitions, after: position, page };
    this.readings.push(reading);
    return reading;
  }

  private async read(after: number, partitions: readonly number[], upTo: number): Promise<Page | undefined> {
    const { filter, of } = this;
    const end = Math.min(upTo, (Math.floor(after / SLICE) + 1) * SLICE);
    const events = await this.log.copyMatching({ after, upTo: end }, filter, { indexes: partitions, of });
    const last = events.at(-1)?.event;
    if (!last) return undefined;
    // The last one may be there only to show how far the log was read.
    if (!fits(last, filter)) events.pop();
    const page = { partitions, after, reached: last.position, reachedId: last.eventId, events };
    this.pages = [...this.pages, page].slice(-KEPT);
    return page;
  }
}

const covering = (pages: readonly Page[], position: number, partition: number): Page | undefined =>
  pages.find((page) => page.after <= position && position < page.reached && page.partitions.includes(partition));

function batchOf({ events, reached, reachedId }: Page, position: number, partition: number): FedEvents {
  const batch: InventoryEvent[] = [];
  let size = 0;
  for (const { event, bytes, partition: own } of events) {
    if (own !== partition || event.position <= position) continue;
    const last = batch.at(-1);
    if (last && (batch.length === BATCH_EVENTS || size >= BATCH_BYTES)) {
      return { events: batch, reached: last.position, reachedId: last.eventId };
    }
    batch.push(event);
    size += bytes;
  }
  return { events: batch, reached, reachedId };
}
