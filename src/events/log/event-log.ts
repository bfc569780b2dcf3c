import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { InventoryEvent, LogCursor, Room } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { copiedEvents } from './copied-events.js';
import type { EventBatch } from './event-batch.js';
import { type EventRow, eventOf } from './event-row.js';
import {
  type EventFilter,
  READ_EPOCH,
  READ_HEAD,
  READ_PENDING,
  READ_PRODUCT_EVENTS,
  READ_ROOM_EVENTS,
  readEventFieldsSql,
  readEventsSql,
} from './read-events.sql.js';

/** A part of the log that is searched: positions from `after` on, without it, to `upTo`, for at most `limit` events. */
export interface LogSlice {
  after: number;
  upTo: number;
  limit: number;
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

  /** The same for many events that are to be sent on, of which few may be looked at. */
  async readBatch(after: number, limit: number): Promise<EventBatch> {
    return copiedEvents(await this.sql.copy(readEventFieldsSql(after, limit)), this.epoch);
  }

  /** `read` for one product, along its own index however far back its events lie. */
  async readProduct(productId: string, after: number, limit: number): Promise<InventoryEvent[]> {
    const rows = await this.sql.query<EventRow>(READ_PRODUCT_EVENTS, [after, limit, productId]);
    return rows.map((row) => eventOf(row, this.epoch));
  }

  /** Committed events that wait for a position; `upTo` narrows it to those with a `seq` not above it. */
  async pending(upTo: string | null = null): Promise<{ count: number; lastSeq: string | null }> {
    const [row] = await this.sql.query<{ count: number; lastSeq: string | null }>(READ_PENDING, [upTo]);
    return row!;
  }
}
