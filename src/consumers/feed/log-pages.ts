import { type ConsumerFilter, fits, type InventoryEvent } from '../../contracts/index.js';
import { BATCH_BYTES, BATCH_EVENTS, type EventLog, type MatchingEvent } from '../../events/index.js';

/** Positions that one query looks through at most. Pages end at multiples of it, so that partitions come together. */
const SLICE = 10_000;
/** Positions within which partitions are near each other, beside those that are at the pages of just now. */
const NEAR = 2_500;
/** Pages that are kept at most: from that of the slowest partition to that of the fastest one, and the next. */
const KEPT = 4;
/** Milliseconds for which a partition waits for those that are not so far, at most. */
const HELD_FOR = 100;

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
 *
 * A partition that has got so far ahead that its next page would push out one that others are at waits for them.
 * Without that they drift apart, and read most of the log four times.
 */
export class LogPages {
  private pages: Page[] = [];
  private readings: Reading[] = [];
  /** Where each partition has asked last. */
  private readonly standing = new Map<number, number>();
  private onMove: (() => void)[] = [];

  /** @param of how many partitions the consumer has */
  constructor(
    private readonly log: Pick<EventLog, 'copyMatching'>,
    private readonly filter: ConsumerFilter,
    private readonly of: number,
    private readonly heldFor = HELD_FOR,
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
    const isRoom = this.pages.length + this.readings.length < KEPT;
    if (page.reached < upTo && isRoom && !covering(this.pages, page.reached, partition)) {
      // What it fails with comes again to the partition that gets there.
      this.reading(page.reached, partition, upTo).page.catch(() => undefined);
    }
    return batchOf(page, position, partition);
  }

  /** Pages that all have passed are forgotten. */
  stands(partition: number, position: number): void {
    this.standing.set(partition, position);
    if (this.pages.length > 0) this.forgetPassed();
    this.moved();
  }

  /** Where the partition stands that has come furthest. */
  get furthest(): number {
    return Math.max(...this.standing.values());
  }

  /** @returns whether no partition is left */
  leave(partition: number): boolean {
    this.standing.delete(partition);
    this.forgetPassed();
    this.moved();
    return this.standing.size === 0;
  }

  private forgetPassed(): void {
    const first = Math.min(...this.standing.values());
    this.pages = this.pages.filter(({ reached }) => reached > first);
  }

  private moved(): void {
    for (const resume of this.onMove.splice(0)) resume();
  }

  private async waitForOthers(partition: number): Promise<void> {
    const began = performance.now();
    while (this.pages.length >= KEPT && this.isOfOthers(this.pages[0]!, partition)) {
      const left = this.heldFor - (performance.now() - began);
      // It doesn't get on, and shall not hold up others.
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.onMove.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  private isOfOthers({ after, reached, partitions }: Page, partition: number): boolean {
    return [...this.standing].some(
      ([one, stands]) => one !== partition && partitions.includes(one) && after <= stands && stands < reached,
    );
  }

  private async pageOf(position: number, partition: number, upTo: number): Promise<Page | undefined> {
    if (!covering(this.pages, position, partition)) await this.waitForOthers(partition);
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
  for (const matching of events) {
    if (matching.partition !== partition || matching.position <= position) continue;
    const last = batch.at(-1);
    if (last && (batch.length === BATCH_EVENTS || size >= BATCH_BYTES)) {
      return { events: batch, reached: last.position, reachedId: last.eventId };
    }
    batch.push(matching.event);
    size += matching.bytes;
  }
  return { events: batch, reached, reachedId };
}
