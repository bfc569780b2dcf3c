import type { InventoryEvent } from '../../contracts/index.js';
import { utf8Text } from '../../infra/index.js';

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
    /** The events as a JSON array in UTF-8, if that is at hand. */
    readonly json?: Buffer,
  ) {}

  static of(events: InventoryEvent[]): EventBatch {
    return new EventBatch(events[0]?.epoch ?? '', events, events);
  }

  static ofJson(epoch: string, headers: readonly EventHeader[], json: Buffer): EventBatch {
    return new EventBatch(epoch, headers, undefined, json);
  }

  get events(): InventoryEvent[] {
    this.parsed ??= JSON.parse(utf8Text(this.json!)) as InventoryEvent[];
    return this.parsed;
  }

  /** Of the first event and the last one; 0 without any. */
  get firstPosition(): number {
    return this.headers[0]?.position ?? 0;
  }

  get lastPosition(): number {
    return this.headers.at(-1)?.position ?? 0;
  }
}
