import type { InventoryEvent } from '../../contracts/index.js';
import { EventBatch } from '../log/event-batch.js';
import { EventNotice } from '../event-notice.js';
import type { BusMessage } from './event-bus.js';

/** Milliseconds that a notice waits for its content; the two go over different nodes. */
const CONTENT_WITHIN = 50;
/** Events whose contents are kept for notices to come. */
const MOST_KEPT = 10_000;

interface Held {
  message: BusMessage;
  /** Positions whose contents are needed and haven't come. */
  missing: Set<number>;
  due: number;
}

const NONE: ReadonlySet<number> = new Set();

/**
 * Puts what every instance hears of events together with the contents that this one has asked for.
 *
 * Promises: messages are handed out in the order in which they came, each at most `CONTENT_WITHIN` later; a notice
 * whose content is at hand is handed out as the event, any other as it is. Whether an event is needed is asked here
 * only to know what to wait for: who delivers asks again, and reads from the log what is needed and isn't here.
 */
export class NoticeAssembly {
  private held: Held[] = [];
  private readonly contents = new Map<number, InventoryEvent>();
  private epoch = '';
  /** Position of the last notice that was handed out. */
  private passed = 0;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param needs whether something waits for the event now
   * @param deliver takes the messages, and doesn't throw
   * @param onMissed told of each event that was waited for in vain
   */
  constructor(
    private readonly needs: (notice: EventNotice) => boolean,
    private readonly deliver: (message: BusMessage) => void,
    private readonly onMissed: (notice: EventNotice) => void = () => undefined,
  ) {}

  take(message: BusMessage): void {
    if (message.kind === 'wake') return this.deliver(message);
    const missing = message.kind === 'notices' ? this.missingOf(message) : NONE;
    if (this.held.length === 0 && missing.size === 0) return this.release(message, missing);
    this.held.push({ message, missing: new Set(missing), due: performance.now() + CONTENT_WITHIN });
    this.arm();
  }

  content(events: readonly InventoryEvent[]): void {
    for (const event of events) {
      if (event.epoch === this.epoch && event.position <= this.passed) continue;
      this.contents.set(event.position, event);
      for (const { message, missing } of this.held) {
        if (message.kind === 'notices' && message.epoch === event.epoch) missing.delete(event.position);
      }
    }
    for (const position of this.contents.keys()) {
      if (this.contents.size <= MOST_KEPT) break;
      this.contents.delete(position);
    }
    this.settle();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.held = [];
  }

  private missingOf({ epoch, entries }: BusMessage & { kind: 'notices' }): ReadonlySet<number> {
    let missing: Set<number> | undefined;
    for (const entry of entries) {
      if (!(entry instanceof EventNotice) || !this.needs(entry)) continue;
      if (this.contents.get(entry.position)?.epoch !== epoch) (missing ??= new Set()).add(entry.position);
    }
    return missing ?? NONE;
  }

  private settle(): void {
    for (let first = this.held[0]; first; first = this.held[0]) {
      if (first.missing.size > 0 && performance.now() < first.due) break;
      this.held.shift();
      this.release(first.message, first.missing);
    }
    this.arm();
  }

  private arm(): void {
    clearTimeout(this.timer);
    const [first] = this.held;
    if (!first) return;
    this.timer = setTimeout(() => this.settle(), Math.max(1, first.due - performance.now())).unref();
  }

  private release(message: BusMessage, missing: ReadonlySet<number>): void {
    if (message.kind !== 'notices') return this.deliver(message);
    const { epoch } = message;
    // Most instances have no use for most events.
    if (this.contents.size === 0 && missing.size === 0 && message.entries[0] instanceof EventNotice) {
      [this.epoch, this.passed] = [epoch, message.entries.at(-1)!.position];
      return this.deliver(message);
    }
    let whole = true;
    const entries = message.entries.map((entry) => {
      if (!(entry instanceof EventNotice)) return entry;
      const content = this.contents.get(entry.position);
      if (content?.epoch === epoch) return content;
      whole = false;
      if (missing.has(entry.position)) this.onMissed(entry);
      return entry;
    });
    this.epoch = epoch;
    this.passed = entries.at(-1)!.position;
    for (const position of this.contents.keys()) {
      if (position > this.passed) break;
      this.contents.delete(position);
    }
    if (whole) this.deliver({ kind: 'events', batch: EventBatch.of(entries as InventoryEvent[]) });
    else this.deliver({ kind: 'notices', epoch, entries });
  }
}
