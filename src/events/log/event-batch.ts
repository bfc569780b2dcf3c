import type { InventoryEvent, Product, Vendor } from '../../contracts/index.js';
import { utf8Text } from '../../infra/index.js';

/** Characters of texts, and bytes of JSON, of events that are delivered or sent in one go; one event may have more. */
const MOST_TEXT = 256 * 1024;
const MOST_JSON = 1024 * 1024;

/** What is known of an event without its content. */
export type EventHeader = Pick<InventoryEvent, 'position' | 'eventId' | 'eventType' | 'occurredAt'>;

/**
 * Consecutive events of one log in position order. What the log has given as JSON is parsed when `events` is first
 * read: 1,000 events take 6 ms, and an instance without listeners never reads it.
 */
export class EventBatch {
  private constructor(
    readonly epoch: string,
    readonly headers: readonly EventHeader[],
    private parsed: InventoryEvent[] | undefined,
    /** The events as a JSON array in UTF-8, if that is at hand, and where in it each begins. */
    readonly json?: Buffer,
    private readonly offsets?: readonly number[],
  ) {}

  static of(events: InventoryEvent[]): EventBatch {
    return new EventBatch(events[0]?.epoch ?? '', events, events);
  }

  /** @param offsets where in `json` the events begin */
  static ofJson(
    epoch: string,
    headers: readonly EventHeader[],
    json: Buffer,
    offsets: readonly number[] = [],
  ): EventBatch {
    return new EventBatch(epoch, headers, undefined, json, offsets);
  }

  /**
   * The same events in batches that take some milliseconds to send or deliver: each event has all of its product with
   * it, so a thousand may be 40 MB. Mostly it is this one alone.
   */
  get parts(): EventBatch[] {
    const { json, offsets } = this;
    if (json && offsets) {
      if (json.length <= MOST_JSON) return [this];
      return this.cut(
        MOST_JSON,
        (index) => this.endOf(index) - offsets[index]!,
        (first, end) =>
          EventBatch.ofJson(
            this.epoch,
            this.headers.slice(first, end),
            Buffer.concat([OPENING, json.subarray(offsets[first], this.endOf(end - 1)), CLOSING]),
            offsets.slice(first, end).map((offset) => offset - offsets[first]! + OPENING.length),
          ),
      );
    }
    const { events } = this;
    return this.cut(
      MOST_TEXT,
      (index) => textLengthOf(events[index]!),
      (first, end) => EventBatch.of(events.slice(first, end)),
    );
  }

  /** Where the event ends in `json`: before a comma or the bracket. */
  private endOf(index: number): number {
    return (this.offsets![index + 1] ?? this.json!.length) - 1;
  }

  private cut(
    most: number,
    sizeOf: (index: number) => number,
    part: (first: number, end: number) => EventBatch,
  ): EventBatch[] {
    const parts: EventBatch[] = [];
    const count = this.headers.length;
    let first = 0;
    for (let index = 0, size = 0; index < count; index += 1) {
      const own = sizeOf(index);
      if (size + own > most && index > first) {
        parts.push(part(first, index));
        first = index;
        size = 0;
      }
      size += own;
    }
    return first === 0 ? [this] : [...parts, part(first, count)];
  }

  get events(): InventoryEvent[] {
    this.parsed ??= JSON.parse(utf8Text(this.json!)) as InventoryEvent[];
    return this.parsed;
  }

  /** One event as JSON: as the log has given it, if that is at hand. */
  textOf(index: number): string {
    const { json, offsets } = this;
    const start = offsets?.[index];
    if (!json || start === undefined) return JSON.stringify(this.events[index]);
    return json.toString('utf8', start, this.endOf(index));
  }

  /** Of the first event and the last one; 0 without any. */
  get firstPosition(): number {
    return this.headers[0]?.position ?? 0;
  }

  get lastPosition(): number {
    return this.headers.at(-1)?.position ?? 0;
  }
}

const OPENING = Buffer.from('[');
const CLOSING = Buffer.from(']');

/** Characters of what is said of the product, or of the vendor; most of an event that is long. */
export function textLengthOf({ product, vendor }: Pick<InventoryEvent, 'product' | 'vendor'>): number {
  const { name, names, description }: Partial<Product & Vendor> = product ?? vendor ?? {};
  let length = (name?.length ?? 0) + (description?.length ?? 0);
  for (const tag in names) length += names[tag]!.length;
  return length;
}
