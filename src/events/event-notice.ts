import type { EventType } from '../contracts/index.js';

/** What every instance hears of an event in a Redis Cluster; its content goes to those that need it. */
export class EventNotice {
  constructor(
    readonly position: number,
    readonly eventType: EventType,
    /** Milliseconds since 1970. */
    readonly occurredAt: number,
    /** See `channelsOf`. */
    readonly channels: readonly number[],
    /** Known of the last event of a message only. */
    readonly eventId: string | null,
  ) {}
}
