import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { AuditedEvent } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { keyHashes, productKey, type RecordRow, vendorKey } from '../../sealed-log/index.js';
import { EventLog, pageOf } from '../log/event-log.js';
import { auditedEventOf, type AuditedRow, rowOfRecord } from '../log/event-row.js';
import { EventsDroppedError } from '../log/events-dropped.error.js';
import { MovedEvents, type Wanted } from '../log/moved-events.js';
import { fitsAudit, NEXT_SLICE, READ_BOUNDS, readAudit } from './audit-events.sql.js';

/** Positions that one statement searches, and those that one page does at most: a second. */
const SLICE = 20_000;
const PAGE_SEARCHES = 200_000;
/**
 * Events of one step of a stream, and about how many characters of them. Each step leaves some kilobytes that V8
 * collects late: with a quarter of the text a process grows by half as much again.
 */
const STEP = 200;
const STEP_TEXT = 192 * 1024;

/** What is left out is asked for whatever it is. */
export interface AuditFilter {
  /** A kind, an id, or both as `kind:id`. */
  actor?: string | undefined;
  productId?: string | undefined;
  vendorId?: string | undefined;
  /** An import or an idempotency key. */
  cause?: string | undefined;
  /** Times in ISO 8601, or market days; both belong to what is asked for. */
  from?: string | undefined;
  to?: string | undefined;
}

/** Events, newest first. Nothing that fits lies between them and `reached`; 1 is the end. */
interface Found {
  events: AuditedEvent[];
  reached: number;
}

/**
 * Who has changed what: the log from its end backwards, by filters that it has no index for. It is searched in slices
 * of positions, so no statement takes long, and without the segments that are known to have nothing of it. What has
 * been appended since the first of them has a higher position, so a reader that goes on from a position reads the log
 * as it was then.
 */
@Injectable()
export class AuditLog {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
    private readonly moved: MovedEvents,
    private readonly config: AppConfig,
  ) {}

  /**
   * At most `limit` events before a position; fewer if they are large, or 200,000 positions have none that fits: then
   * `reached` is above 1 all the same.
   *
   * @throws EventsDroppedError if what lies there, and may fit, is in an archive only
   */
  async page(filter: AuditFilter, before: number, limit: number): Promise<Found> {
    const search = await this.searchFor(filter, false);
    const { end } = search;
    if (before <= end && end > 1) throw new EventsDroppedError(end);
    const events: AuditedEvent[] = [];
    let reached = before;
    const stop = before - PAGE_SEARCHES;
    while (reached > end && reached > stop) {
      const slice = await search.sliceBelow(reached);
      if (!slice) {
        reached = end;
        break;
      }
      // One more tells whether there are others.
      const found = await pageOf(slice.last + 1, limit + 1 - events.length, async (last, most) =>
        (await search.read<AuditedRow>(slice, last, most)).map((row) => auditedEventOf(row, this.log.epoch)),
      );
      events.push(...found.events);
      reached = found.more ? events.at(-1)!.position : slice.first;
      if (found.more) break;
    }
    if (events.length <= limit) return { events, reached };
    return { events: events.slice(0, limit), reached: events[limit - 1]!.position };
  }

  /** Throws `EventsDroppedError` if something that may fit is in an archive only. */
  async expectKept(filter: AuditFilter): Promise<void> {
    const { end } = await this.searchFor(filter, true);
    if (end > 1) throw new EventsDroppedError(end);
  }

  /** All events before a position, some at a time; read as fast as they are taken. */
  async *all(filter: AuditFilter, before: number): AsyncGenerator<RecordRow[], void, undefined> {
    const search = await this.searchFor(filter, true);
    let most = 1;
    for (let reached = before; reached > 1;) {
      const slice = await search.sliceBelow(reached);
      if (!slice) return;
      const rows = await search.read<RecordRow>(slice, reached, most);
      if (rows.length > 0) yield rows;
      reached = rows.length < most ? slice.first : Number(rows.at(-1)!.position);
      const text = rows.reduce((sum, { changes, product }) => sum + changes.length + (product?.length ?? 0), 1);
      most = Math.min(STEP, Math.ceil((STEP_TEXT * (rows.length || 1)) / text), most * 8);
    }
  }

  private async searchFor(filter: AuditFilter, asText: boolean): Promise<AuditSearch> {
    const { actor = null, vendorId = null, cause = null, productId, from = null, to = null } = filter;
    const zone = this.config.marketTimezone;
    const [row] = await this.sql.query<Bounds>(READ_BOUNDS, [from, to, zone]);
    const bounds = row!;
    const kept = await this.moved.firstKept();
    const statement = readAudit({ ofProduct: productId !== undefined, asText });
    const filters = [actor, vendorId, cause, bounds.from, bounds.until];
    const selection = { actor, vendorId, cause, productId: productId ?? null, ...bounds };
    const moved = { ...namedBy(productId, vendorId), fits: fitsAudit(selection), newestFirst: true };
    return {
      end: kept.time !== null && (bounds.from === null || bounds.from <= kept.time) ? kept.position : 1,
      sliceBelow: async (before) => {
        if (before <= kept.position) return undefined;
        const all = { first: kept.position, last: before - 1 };
        const slice = productId === undefined ? await this.sliceBelow(before, vendorId, bounds) : all;
        return slice && { ...slice, first: Math.max(slice.first, kept.position) };
      },
      read: async <Row extends AuditedRow | RecordRow>({ first }: Slice, before: number, limit: number) => {
        const { rows, movedUpTo } = await this.moved.behind(before - 1, (movedUpTo) =>
          this.sql[asText ? 'queryOneOfMany' : 'query']<Row>(statement, [
            before,
            limit,
            ...filters,
            productId ?? first,
            movedUpTo,
          ]),
        );
        const upTo = Math.min(movedUpTo, before - 1);
        if (rows.length === limit || upTo < first) return rows;
        const records = await this.moved.read({ ...moved, after: first - 1, upTo, limit: limit - rows.length });
        return [...rows, ...(asText ? records : records.map(rowOfRecord))] as Row[];
      },
    };
  }

  /** Sealed segments say which vendors they have, and of which time they are; undefined: there is nothing to search. */
  private async sliceBelow(before: number, vendorId: string | null, bounds: Bounds): Promise<Slice | undefined> {
    const { from, until } = bounds;
    if (vendorId === null && from === null && until === null)
      return { first: Math.max(1, before - SLICE), last: before - 1 };
    const hashes = vendorId === null ? null : keyHashes(vendorKey(vendorId));
    const [slice] = await this.sql.query<Slice & Record<string, unknown>>(NEXT_SLICE, [before, hashes, from, until]);
    return slice && { first: Math.max(slice.first, slice.last - SLICE), last: slice.last };
  }
}

/** What lets segments, and events of them, be passed over. */
function namedBy(productId: string | undefined, vendorId: string | null): Pick<Wanted, 'key' | 'text'> {
  if (productId !== undefined) return { key: productKey(productId), text: JSON.stringify(productId) };
  return vendorId === null ? {} : { key: vendorKey(vendorId), text: JSON.stringify(vendorId) };
}

type Bounds = Record<'from' | 'until', Date | null>;
/** Positions, both of which belong to it. */
type Slice = Record<'first' | 'last', number>;

/** A search for one filter. */
interface AuditSearch {
  /** The last position that is to be searched: 1, or the first one that is kept if the search would go on before it. */
  end: number;
  /** The next positions below one that may have something; undefined: there are none. */
  sliceBelow: (before: number) => Promise<Slice | undefined>;
  /** Of the slice, what lies before a position. */
  read: <Row extends AuditedRow | RecordRow>(slice: Slice, before: number, limit: number) => Promise<Row[]>;
}
