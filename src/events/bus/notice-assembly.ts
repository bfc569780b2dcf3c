import type { InventoryEvent, LogCursor } from '../../contracts/index.js';
import { EventBatch } from '../log/event-batch.js';
import { EventNotice } from '../event-notice.js';
import type { BusMessage } from './event-bus.js';

/** Milliseconds that a notice waits for its content; the two go over different nodes. */
const CONTENT_WITHIN = 50;
/** Events whose contents are kept for notices to come, and bytes of the messages that they came in. */
const MOST_KEPT = 10_000;
const MOST_BYTES = 32 * 1024 * 1024;
/** Positions after which all that is kept is looked through. */
const SWEEP_EVERY = 256;

interface Held {
  message: BusMessage;
  /** Positions whose contents are needed and haven't come. */
  missing: Set<number>;
  due: number;
}

interface Content {
  event: InventoryEvent;
  /** Its share of the message. */
  bytes: number;
}

const NONE: ReadonlySet<number> = new Set();

/**
 * Puts what every instance hears of events together with the contents that this one has asked for.
 *
 * Promises: messages are handed out in the order in which they came, each at most `CONTENT_WITHIN` later, or when what
 * has come by then has been read; a notice whose content is at hand is handed out as the event, any other as it is.
 * Whether an event is needed is asked here only to know what to wait for: who delivers asks again, and reads from the
 * log what is needed and isn't here.
 */
export class NoticeAssembly {
  private held: Held[] = [];
  private readonly contents = new Map<number, Content>();
  private bytes = 0;
  private epoch = '';
  /** Up to this position no content is needed: it was handed out, or delivered from the log. */
  private passed = 0;
  private timer: NodeJS.Timeout | undefined;
  /** The message that the timer is for. */
  private timed: Held | undefined;

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

  /** @param bytes of the message with these events */
  content(events: readonly InventoryEvent[], bytes: number): void {
    for (const event of events) {
      if (event.epoch === this.epoch && event.position <= this.passed) continue;
      this.keep(event, bytes / events.length);
      for (const { message, missing } of this.held) {
        if (message.kind === 'notices' && message.epoch === event.epoch) missing.delete(event.position);
      }
    }
    for (const position of this.contents.keys()) {
      if (this.contents.size <= MOST_KEPT && this.bytes <= MOST_BYTES) break;
      this.drop(position);
    }
    this.settle();
  }

  /** All up to here has been delivered. */
  reached({ epoch, position }: LogCursor): void {
    this.advance(epoch, position);
  }

  /** Contents that wait for their notices. */
  get kept(): { events: number; bytes: number } {
    return { events: this.contents.size, bytes: this.bytes };
  }

  stop(): void {
    clearTimeout(this.timer);
    this.held = [];
  }

  private missingOf({ epoch, entries }: BusMessage & { kind: 'notices' }): ReadonlySet<number> {
    let missing: Set<number> | undefined;
    for (const entry of entries) {
      if (!(entry instanceof EventNotice) || !this.needs(entry)) continue;
      if (this.contents.get(entry.position)?.event.epoch !== epoch) (missing ??= new Set()).add(entry.position);
    }
    return missing ?? NONE;
  }

  /** @param late whether messages are given up whose time is over */
  private settle(late = false): void {
    for (let first = this.held[0]; first; first = this.held[0]) {
      if (first.missing.size > 0 && !(late && performance.now() >= first.due)) break;
      this.held.shift();
      this.release(first.message, first.missing);
    }
    this.arm();
  }

  private arm(): void {
    const [first] = this.held;
    if (first === this.timed) return;
    clearTimeout(this.timer);
    this.timed = first;
    if (!first) return;
    const giveUp = (): void => {
      this.timed = undefined;
      this.settle(true);
    };
    // After a pause of this process timers come first, though the content may be there to be read.
    this.timer = setTimeout(() => setImmediate(giveUp), Math.max(1, first.due - performance.now())).unref();
  }

  private release(message: BusMessage, missing: ReadonlySet<number>): void {
    if (message.kind !== 'notices') return this.deliver(message);
    const { epoch } = message;
    // Most instances have no use for most events.
    if (this.contents.size === 0 && missing.size === 0 && message.entries[0] instanceof EventNotice) {
      this.advance(epoch, message.entries.at(-1)!.position);
      return this.deliver(message);
    }
    let whole = true;
    const entries = message.entries.map((entry) => {
      if (!(entry instanceof EventNotice)) return entry;
      const event = this.contents.get(entry.position)?.event;
      if (event?.epoch === epoch) return event;
      whole = false;
      if (missing.has(entry.position)) this.onMissed(entry);
      return entry;
    });
    this.advance(epoch, entries.at(-1)!.position);
    if (whole) this.deliver({ kind: 'events', batch: EventBatch.of(entries as InventoryEvent[]) });
    else this.deliver({ kind: 'notices', epoch, entries });
  }

  /** Contents up to here aren't needed any more, nor, after a while, those of another epoch. */
  private advance(epoch: string, position: number): void {
    const { passed } = this;
    const isSame = epoch === this.epoch;
    if (isSame && position <= passed) return;
    [this.epoch, this.passed] = [epoch, position];
    if (isSame && Math.floor(passed / SWEEP_EVERY) === Math.floor(position / SWEEP_EVERY)) {
      for (let one = passed + 1; one <= position; one += 1) this.drop(one);
    } else {
      for (const [one, { event }] of this.contents) if (event.epoch !== epoch || one <= position) this.drop(one);
    }
  }

  private keep(event: InventoryEvent, bytes: number): void {
    this.drop(event.position);
    this.contents.set(event.position, { event, bytes });
    this.bytes += bytes;
  }

  private drop(position: number): void {
    this.bytes -= this.contents.get(position)?.bytes ?? 0;
    this.contents.delete(position);
  }
}
