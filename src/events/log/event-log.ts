import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AuditedEvent, ConsumerFilter, InventoryEvent, LogCursor, Room } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { productKey, type RecordRow, vendorKey } from '../../sealed-log/index.js';
import { copiedEvents } from './copied-events.js';
import { EventBatch, textLengthOf } from './event-batch.js';
import { auditedEventOf, type AuditedRow, type EventRow, eventOf, rowOfRecord } from './event-row.js';
import { EventsDroppedError } from './events-dropped.error.js';
import { matchingEvents, type MatchingEvent } from './matching-events.js';
import { MovedEvents, type Wanted } from './moved-events.js';
import {
  BATCH_BYTES,
  BATCH_EVENTS,
  fitsPart,
  type LogPart,
  pageEvents,
  partitionOf,
  type Partitions,
  READ_KEY_EVENTS,
  READ_MATCHING_EVENTS,
  readMatchingSql,
  selectionValues,
} from './read-matching.sql.js';
import {
  type EventFilter,
  fitsFilter,
  fitsRooms,
  HAS_MORE_OF_PRODUCTS,
  isOfGeneralRoom,
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
  /** Nothing that fits is missing up to here, if that is behind the last of `events`. */
  reached?: number;
}

export interface RoomEvents {
  events: InventoryEvent[];
  /** Nothing of the rooms up to here is missing among `events`. */
  reached: number;
  /** False if the slice was searched to its end, and the log has no event at `upTo`. */
  whole: boolean;
}

/** What is wanted of segments: `Wanted` without the range. */
type Moved = Omit<Wanted, 'after' | 'upTo' | 'limit'>;

/**
 * Reads the log by position: a reader that follows positions can't skip an event. What has moved out of the table is
 * read from segments.
 *
 * *Maintained invariant*: a statement that reads events of products from the table finds nothing if, in its own
 * snapshot, some events of its range may have moved. So it needn't be known before how far they have.
 */
@Injectable()
export class EventLog implements OnModuleInit {
  /** That one page searches; tests take fewer. */
  searchedPositions = 200_000;
  private currentEpoch = '';

  constructor(
    private readonly sql: SqlClient,
    private readonly moved: MovedEvents,
  ) {}

  async onModuleInit(): Promise<void> {
    const [row] = await this.sql.query<{ epoch: string }>(READ_EPOCH);
    this.currentEpoch = row!.epoch;
  }

  /** For `LogHistory`: the log was set back, and what is read from now on is of another epoch. */
  begin(epoch: string): void {
    this.currentEpoch = epoch;
    this.moved.forget();
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
    const rows = await this.readRows<EventRow>(after, limit, filter, false);
    return rows.map((row) => eventOf(row, this.epoch));
  }

  /** The same with those who have made the changes, for admins. */
  async readAudited(after: number, limit: number, filter: EventFilter = {}, upTo = Infinity): Promise<AuditedEvent[]> {
    const rows = await this.readRows<AuditedRow>(after, limit, filter, true, upTo);
    return rows.map((row) => auditedEventOf(row, this.epoch));
  }

  private readRows<Row extends EventRow>(
    after: number,
    limit: number,
    filter: EventFilter,
    audited: boolean,
    upTo = Infinity,
  ): Promise<Row[]> {
    const { statement, values } = readEventsSql(filter, audited);
    return this.through({ after, upTo, limit }, { fits: fitsFilter(filter), ...keyOfFilter(filter) }, (at, most) =>
      this.sql.query<Row>(statement, [at, most, ...values]),
    );
  }

  /** The same, and fewer if they are large: each event has all of its product with it. */
  readPage(after: number, limit: number): Promise<EventsPage> {
    return pageOf(after, limit, (from, most) => this.read(from, most));
  }

  /** Of what has moved, a filter that no segment can be passed over by searches 200,000 positions at most. */
  async readAuditedPage(after: number, limit: number, filter: EventFilter = {}): Promise<EventsPage<AuditedEvent>> {
    const isBounded = isFiltered(filter) && keyOfFilter(filter).key === undefined;
    const last = after + this.searchedPositions;
    const upTo = isBounded && (await this.moved.reachesBehind(last)) ? last : Infinity;
    const page = await pageOf(after, limit, (from, most) => this.readAudited(from, most, filter, upTo));
    return page.more || upTo === Infinity ? page : { ...page, more: true, reached: upTo };
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
    const values = [[...vendors], [...categories], all];
    const fits = fitsRooms(upTo, vendors, categories, all);
    const rows = await this.through({ after, upTo, limit }, { fits }, (at, most) =>
      this.sql.query<EventRow>(READ_ROOM_EVENTS, [at, upTo, most, ...values]),
    );
    const events = rows.map((row) => eventOf(row, this.epoch));
    const last = events.at(-1)?.position ?? after;
    if (events.length === limit) return { events, reached: last, whole: true };
    return { events, reached: upTo, whole: last >= upTo };
  }

  /** Whether more than so many events after a position are of products: those go to the general room. */
  async hasMoreOfProducts(after: number, most: number): Promise<boolean> {
    const range = { after, upTo: Infinity, limit: most + 1 };
    let before = 0;
    const rows = await this.through<EventRow | boolean>(range, { fits: isOfGeneralRoom }, async (at, left) => {
      const [row] = await this.sql.query<{ found: boolean }>(HAS_MORE_OF_PRODUCTS, [at, left - 1]);
      before = most + 1 - left;
      return row!.found ? [true] : [];
    });
    return rows.length > before;
  }

  /** The same for many events that are to be sent on, of which few may be looked at. */
  async readBatch(after: number, limit: number): Promise<EventBatch> {
    const batch = copiedEvents(await this.sql.copy(readEventFieldsSql(after, limit)), this.epoch);
    if (batch.headers.length > 0 || limit === 0 || !(await this.moved.reachesBehind(after))) return batch;
    return EventBatch.of(await this.read(after, limit));
  }

  /** `read` for one product. */
  async readProduct(productId: string, after: number, limit: number): Promise<InventoryEvent[]> {
    const range = { after, upTo: Infinity, limit };
    const ofProduct = { fits: fitsFilter({ productId }), ...keyOfFilter({ productId }) };
    const rows = await this.through(range, ofProduct, (at, most) =>
      this.sql.query<EventRow>(READ_PRODUCT_EVENTS, [at, most, productId]),
    );
    return rows.map((row) => eventOf(row, this.epoch));
  }

  /**
   * Events of a consumer's filter, in order, at most 500 or about 1 MiB of them; the event at `part.upTo` is always
   * among them, if it is reached, whatever it is: it shows that the log reaches there. What isn't of the filter and
   * lies before the last event may be passed by.
   */
  async readMatching({ after, upTo }: LogPart, filter: ConsumerFilter): Promise<InventoryEvent[]> {
    const isOfPart = fitsPart(filter);
    const moved = { size: BATCH_BYTES, fits: (row: RecordRow) => Number(row.position) === upTo || isOfPart(row) };
    const rows = await this.through<EventRow>({ after, upTo, limit: BATCH_EVENTS }, moved, (at) =>
      this.sql.query(READ_MATCHING_EVENTS, [at, upTo, ...selectionValues(filter)]),
    );
    return rows.map((row) => eventOf(row, this.epoch));
  }

  /** The same of some partitions of a consumer, so many times as much as there are; never part of a transaction. */
  async copyMatching(part: LogPart, filter: ConsumerFilter, partitions: Partitions): Promise<MatchingEvent[]> {
    const { after, upTo } = part;
    const limit = pageEvents(partitions);
    const size = BATCH_BYTES * partitions.indexes.length;
    const isOfPart = fitsPart(filter, partitions);
    const moved = { size, fits: (row: RecordRow) => Number(row.position) === upTo || isOfPart(row) };
    return this.through(
      { after, upTo, limit },
      moved,
      async (at) =>
        matchingEvents(
          await this.sql.copy(readMatchingSql({ after: at, upTo }, filter, partitions)),
          this.epoch,
          partitions.of,
        ),
      (record) => ({
        position: Number(record.position),
        event: eventOf(rowOfRecord(record), this.epoch),
        partition: partitionOf(record, partitions),
        bytes: record.changes.length + (record.product ?? record.vendor ?? '').length,
      }),
    );
  }

  /** Of the same, those of one product or vendor: at most `limit`, without the one at `upTo`. */
  async readOfKey(key: string, { after, upTo, limit }: LogSlice, filter: ConsumerFilter): Promise<InventoryEvent[]> {
    const values = [upTo, ...selectionValues(filter), key];
    const isOfPart = fitsPart(filter);
    const moved = {
      text: JSON.stringify(key),
      fits: (row: RecordRow) => (row.productId ?? row.vendorId) === key && isOfPart(row),
    };
    const rows = await this.through({ after, upTo, limit }, moved, (at, most) =>
      this.sql.query<EventRow>(READ_KEY_EVENTS, [at, ...values, most]),
    );
    return rows.map((row) => eventOf(row, this.epoch));
  }

  /** The event with this id, if it lies between two positions, the first of them excluded. */
  async find(eventId: string, { after, upTo }: Omit<LogSlice, 'limit'>): Promise<InventoryEvent | undefined> {
    const moved = { text: `"eventId":"${eventId}"`, fits: (row: RecordRow) => row.eventId === eventId };
    const [row] = await this.through({ after, upTo, limit: 1 }, moved, (at) =>
      this.sql.query<EventRow>(READ_EVENT, [eventId, at, upTo]),
    );
    return row && eventOf(row, this.epoch);
  }

  /**
   * The position before the first event that occurred at or after a time; null if none did. Throws
   * `EventsDroppedError` if one that was dropped may have.
   */
  async positionBefore(time: string): Promise<number | null> {
    const [row] = await this.sql.query<{ position: string | null }>(READ_TIME, [time]);
    if (row!.position === null) return null;
    const position = Number(row!.position);
    await this.expectKept(position - 1);
    return position;
  }

  /**
   * The last position of what had happened before a time. Times follow positions only nearly: of events within some
   * thousand positions the first that happened later ends it.
   */
  async lastBefore(time: string): Promise<number> {
    const [row] = await this.sql.query<{ position: string }>(READ_LAST_BEFORE, [time]);
    return Number(row!.position);
  }

  /** When the event at a position happened; null if there is none. Throws `EventsDroppedError`. */
  async timeOf(position: number): Promise<string | null> {
    const [row] = await this.sql.query<{ occurredAt: Date | null; dropped: number }>(READ_TIME_OF, [position]);
    const { occurredAt, dropped } = row!;
    if (dropped > 0 && position <= dropped) throw new EventsDroppedError(dropped + 1);
    return occurredAt?.toISOString() ?? null;
  }

  /** The last position whose event has moved to a segment; 0 if none has. */
  async movedUpTo(): Promise<number> {
    await this.moved.reachesBehind(0);
    return this.moved.upTo;
  }

  /** Throws `EventsDroppedError` if something behind a position is in an archive only. */
  async expectKept(after: number): Promise<void> {
    const { position } = await this.moved.firstKept();
    if (position > 1 && after < position - 1) throw new EventsDroppedError(position);
  }

  /** In order, from segments as far as events have moved, and from there on what `hot` reads of the table. */
  private async through<Row>(
    { after, upTo, limit }: LogSlice,
    moved: Moved,
    hot: (after: number, limit: number) => Promise<Row[]>,
    rowOf: (record: RecordRow) => Row = (record) => rowOfRecord(record) as Row,
  ): Promise<Row[]> {
    const rows: Row[] = [];
    for (let at = after; ;) {
      const movedUpTo = Math.min(this.moved.upTo, upTo);
      if (at < movedUpTo) {
        const records = await this.moved.read({ ...moved, after: at, upTo: movedUpTo, limit: limit - rows.length });
        rows.push(...records.map(rowOf));
        at = movedUpTo;
        // Which may be only a part of what is there.
        if (moved.size !== undefined && rows.length > 0) return rows;
      }
      if (rows.length >= limit || at >= upTo) return rows;
      const found = await hot(at, limit - rows.length);
      if (found.length > 0 || !(await this.moved.reachesBehind(at))) return [...rows, ...found];
    }
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

const isFiltered = (filter: EventFilter): boolean => Object.values(filter).some((value) => value !== undefined);

/** What a filter lets segments be passed over by. */
function keyOfFilter({ productId, vendorId }: EventFilter): Pick<Wanted, 'key' | 'text'> {
  if (productId !== undefined) return { key: productKey(productId), text: `"productId":${JSON.stringify(productId)}` };
  if (vendorId !== undefined) return { key: vendorKey(vendorId), text: `"vendorId":${JSON.stringify(vendorId)}` };
  return {};
}
