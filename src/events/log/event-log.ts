import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AuditedEvent, ConsumerFilter, InventoryEvent, LogCursor, Room } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { copiedEvents } from './copied-events.js';
import { type EventBatch, textLengthOf } from './event-batch.js';
import { auditedEventOf, type AuditedRow, type EventRow, eventOf } from './event-row.js';
import { type LogPart, READ_KEY_EVENTS, READ_MATCHING_EVENTS, selectionValues } from './read-matching.sql.js';
import {
  type EventFilter,
  HAS_MORE_OF_PRODUCTS,
  READ_EPOCH,
  READ_EVENT,
  READ_HEAD,
  READ_LAST_BEFORE,
  READ_PENDING,
  READ_PRODUCT_EVENTS,
  READ_ROOM_EVENTS,
  READ_TIME,
  READ_TIME_OF,
  readEventFieldsSql,
  readEventsSql,
} from './read-events.sql.js';

/** A part of the log that is searched: positions from `after` on, without it, to `upTo`, for at most `limit` events. */
export interface LogSlice {
  after: number;
  upTo: number;
  limit: number;
}

/** Characters of texts in one page of events, which is read and answered in one go; its last event may have more. */
const PAGE_TEXT = 1024 * 1024;
/** Events that are read before it is known how long they are. */
const FIRST_READ = 32;

export interface EventsPage<Event = InventoryEvent> {
  events: Event[];
  /** The log has more events, or may have. */
  more: boolean;
}

export interface RoomEvents {
  events: InventoryEvent[];
  /** Nothing of the rooms up to here is missing among `events`. */
  reached: number;
  /** False if the slice was searched to its end, and the log has no event at `upTo`. */
  whole: boolean;
}

/** Reads the log by position: a reader that follows positions can't skip an event. */
@Injectable()
export class EventLog implements OnModuleInit {
  private currentEpoch = '';

  constructor(private readonly sql: SqlClient) {}

  async onModuleInit(): Promise<void> {
    const [row] = await this.sql.query<{ epoch: string }>(READ_EPOCH);
    this.currentEpoch = row!.epoch;
  }

  /** For `LogHistory`: the log was set back, and what is read from now on is of another epoch. */
  begin(epoch: string): void {
    this.currentEpoch = epoch;
  }

  /** UUID of this database's log. */
  get epoch(): string {
    return this.currentEpoch;
  }

  /** The cursor behind the newest event that has a position. */
  async head(): Promise<LogCursor> {
    const [row] = await this.sql.query<{ position: string }>(READ_HEAD);
    return { epoch: this.epoch, position: Number(row!.position) };
  }

  /** At most `limit` events with a position greater than `after`, in order. */
  async read(after: number, limit: number, filter: EventFilter = {}): Promise<InventoryEvent[]> {
    const { statement, values } = readEventsSql(filter);
    const rows = await this.sql.query<EventRow>(statement, [after, limit, ...values]);
    return rows.map((row) => eventOf(row, this.epoch));
  }

  /** The same with those who have made the changes, for admins. */
  async readAudited(after: number, limit: number, filter: EventFilter = {}): Promise<AuditedEvent[]> {
    const { statement, values } = readEventsSql(filter, true);
    const rows = await this.sql.query<AuditedRow>(statement, [after, limit, ...values]);
    return rows.map((row) => auditedEventOf(row, this.epoch));
  }

  /** The same, and fewer if they are large: each event has all of its product with it. */
  readPage(after: number, limit: number): Promise<EventsPage> {
    return pageOf(after, limit, (from, most) => this.read(from, most));
  }

  readAuditedPage(after: number, limit: number, filter: EventFilter = {}): Promise<EventsPage<AuditedEvent>> {
    return pageOf(after, limit, (from, most) => this.readAudited(from, most, filter));
  }

  /** `readPage` for one product, along its own index however far back its events lie. */
  readProductPage(productId: string, after: number, limit: number): Promise<EventsPage> {
    return pageOf(after, limit, (from, most) => this.readProduct(productId, from, most));
  }

  /** The events of any of the rooms, maybe with others. A slice is searched row by row, whatever is found. */
  async readRooms({ after, upTo, limit }: LogSlice, rooms: readonly Room[]): Promise<RoomEvents> {
    const vendors = new Set(rooms.flatMap((room) => (room.type === 'vendor' ? room.vendorId : [])));
    const categories = new Set(rooms.flatMap((room) => (room.type === 'category' ? room.category : [])));
    const all = rooms.some(({ type }) => type === 'general');
    const values = [after, upTo, limit, [...vendors], [...categories], all];
    const rows = await this.sql.query<EventRow>(READ_ROOM_EVENTS, values);
    const events = rows.map((row) => eventOf(row, this.epoch));
    const last = events.at(-1)?.position ?? after;
    if (events.length === limit) return { events, reached: last, whole: true };
    return { events, reached: upTo, whole: last >= upTo };
  }

  /** Whether more than so many events after a position are of products: those go to the general room. */
  async hasMoreOfProducts(after: number, most: number): Promise<boolean> {
    const [row] = await this.sql.query<{ found: boolean }>(HAS_MORE_OF_PRODUCTS, [after, most]);
    return row!.found;
  }

  /** The same for many events that are to be sent on, of which few may be looked at. */
  async readBatch(after: number, limit: number): Promise<EventBatch> {
    return copiedEvents(await this.sql.copy(readEventFieldsSql(after, limit)), this.epoch);
  }

  /** `read` for one product. */
  async readProduct(productId: string, after: number, limit: number): Promise<InventoryEvent[]> {
    const rows = await this.sql.query<EventRow>(READ_PRODUCT_EVENTS, [after, limit, productId]);
    return rows.map((row) => eventOf(row, this.epoch));
  }

  /**
   * Events of a consumer's filter, in order, at most 500 or about 1 MiB of them; the event at `part.upTo` is always
   * among them, if it is reached, whatever it is: it shows that the log reaches there. What isn't of the filter and
   * lies before the last event may be passed by.
   */
  async readMatching(part: LogPart, filter: ConsumerFilter): Promise<InventoryEvent[]> {
    const { after, upTo, partition } = part;
    const values = [after, upTo, ...selectionValues(filter), partition?.index ?? null, partition?.of ?? null];
    const rows = await this.sql.query<EventRow>(READ_MATCHING_EVENTS, values);
    return rows.map((row) => eventOf(row, this.epoch));
  }

  /** Of the same, those of one product or vendor: at most `limit`, without the one at `upTo`. */
  async readOfKey(key: string, { after, upTo, limit }: LogSlice, filter: ConsumerFilter): Promise<InventoryEvent[]> {
    const values = [after, upTo, ...selectionValues(filter), key, limit];
    const rows = await this.sql.query<EventRow>(READ_KEY_EVENTS, values);
    return rows.map((row) => eventOf(row, this.epoch));
  }

  /** The event with this id, if it lies between two positions, the first of them excluded. */
  async find(eventId: string, { after, upTo }: Omit<LogSlice, 'limit'>): Promise<InventoryEvent | undefined> {
    const [row] = await this.sql.query<EventRow>(READ_EVENT, [eventId, after, upTo]);
    return row && eventOf(row, this.epoch);
  }

  /** The position before the first event that occurred at or after a time; null if none did. */
  async positionBefore(time: string): Promise<number | null> {
    const [row] = await this.sql.query<{ position: string | null }>(READ_TIME, [time]);
    return row!.position === null ? null : Number(row!.position);
  }

  /**
   * The last position of what had happened before a time. Times follow positions only nearly: of events within some
   * thousand positions the first that happened later ends it.
   */
  async lastBefore(time: string): Promise<number> {
    const [row] = await this.sql.query<{ position: string }>(READ_LAST_BEFORE, [time]);
    return Number(row!.position);
  }

  /** When the event at a position happened; null if there is none. */
  async timeOf(position: number): Promise<string | null> {
    const [row] = await this.sql.query<{ occurredAt: Date }>(READ_TIME_OF, [position]);
    return row?.occurredAt.toISOString() ?? null;
  }

  /** Committed events that wait for a position; `upTo` narrows it to those with a `seq` not above it. */
  async pending(upTo: string | null = null): Promise<{ count: number; lastSeq: string | null }> {
    const [row] = await this.sql.query<{ count: number; lastSeq: string | null }>(READ_PENDING, [upTo]);
    return row!;
  }
}

/**
 * Events of a reading that goes on behind a position, in whatever direction: at most `limit`, and fewer if they are
 * large.
 */
export async function pageOf<Event extends InventoryEvent>(
  after: number,
  limit: number,
  read: (after: number, limit: number) => Promise<Event[]>,
): Promise<EventsPage<Event>> {
  const events: Event[] = [];
  let text = 0;
  let most = Math.min(limit, FIRST_READ);
  while (most > 0) {
    const some = await read(events.at(-1)?.position ?? after, most);
    for (const event of some) text += textLengthOf(event);
    events.push(...some);
    if (some.length < most) return { events, more: false };
    const roomFor = Math.floor((PAGE_TEXT - text) / (text / events.length || 1));
    most = Math.min(limit - events.length, Math.max(0, roomFor));
  }
  return { events, more: true };
}
