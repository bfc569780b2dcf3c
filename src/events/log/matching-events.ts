import { hash } from 'node:crypto';
import { type EventType, type InventoryEvent, withMarketFacts } from '../../contracts/index.js';
import { CopiedRows } from '../../database/index.js';
import { utf8Text } from '../../infra/index.js';
import { isoTimes } from './copied-events.js';

export interface MatchingEvent {
  readonly position: number;
  /** Of its consumer. */
  readonly partition: number;
  /** Of the JSON that it carries. */
  readonly bytes: number;
  /** May be made anew each time. */
  readonly event: InventoryEvent;
}

/** The first byte of the hash of a product, or vendor. As a text: a buffer takes twice as long. */
export const hashOfKey = (key: string): number => hash('sha256', key, 'binary').charCodeAt(0);

export const partitionOfKey = (key: string, of: number): number => (of === 1 ? 0 : hashOfKey(key) % of);

/** What `matchingEvents` wants of `inventory_events`, in this order. */
export const MATCHING_COLUMNS = `position, event_id::text, event_type, product_id, vendor_id, category, version, changes,
  product, vendor, correlation_id, cause, observation, region, occurred_at`;

/**
 * Finds the events of a page in the bytes that were read, and makes them when they are asked for. A page waits until
 * its partitions come to it; thousands of events that wait, each of some twenty objects, would be copied by garbage
 * collection again and again, which took a quarter of the time.
 *
 * @param rows with `MATCHING_COLUMNS`
 * @param of how many partitions there are
 */
export function matchingEvents(rows: CopiedRows, epoch: string, of: number): MatchingEvent[] {
  const page: CopiedPage = { bytes: rows.bytes, epoch, timeOf: isoTimes() };
  const events: MatchingEvent[] = [];
  while (rows.nextRow()) {
    const at = rows.end;
    const position = bigintOf(rows);
    skip(rows, 2);
    const productId = of > 1 ? textOf(rows) : skip(rows, 1);
    const partition = partitionOfKey(productId ?? textOf(rows)!, of);
    skip(rows, productId === null ? 2 : 3);
    const changes = sizeOfNext(rows);
    const product = sizeOfNext(rows);
    const vendor = sizeOfNext(rows);
    skip(rows, 5);
    events.push(new CopiedEvent(page, at, position, partition, changes + (product || vendor)));
  }
  return events;
}

interface CopiedPage {
  bytes: Buffer;
  epoch: string;
  timeOf: ReturnType<typeof isoTimes>;
}

class CopiedEvent implements MatchingEvent {
  constructor(
    private readonly page: CopiedPage,
    private readonly at: number,
    readonly position: number,
    readonly partition: number,
    readonly bytes: number,
  ) {}

  get event(): InventoryEvent {
    return eventOfRow(new CopiedRows(this.page.bytes, this.at), this.page);
  }
}

/**
 * An event as `eventOf` makes it, but for `changes` and `product`, which are parsed when they are first read: that is
 * two thirds of the time, and many consumers read neither. They are properties like others: what spreads an event or
 * writes it as JSON gets them.
 *
 * @param rows just behind the beginning of a row
 */
function eventOfRow(rows: CopiedRows, { epoch, timeOf }: CopiedPage): InventoryEvent {
  const position = bigintOf(rows);
  const eventId = textOf(rows)!;
  const eventType = textOf(rows) as EventType;
  const productId = textOf(rows);
  const vendorId = textOf(rows)!;
  const category = textOf(rows);
  const version = integerOf(rows);
  const changes = new LazyJson(rows, orderedChanges);
  const product = new LazyJson(rows, withMarketFacts);
  const vendor = jsonOf(rows);
  const correlationId = textOf(rows)!;
  const cause = jsonOf(rows) ?? {};
  const observation = jsonOf(rows);
  const region = textOf(rows)!;
  rows.nextField();
  const occurredAt = timeOf(rows);
  const event = {
    eventId,
    epoch,
    position,
    eventType,
    productId,
    vendorId,
    category,
    version,
    get changes() {
      return changes.value;
    },
    get product() {
      return product.value;
    },
    correlationId,
    cause,
    observation,
    region,
    occurredAt,
  } as InventoryEvent;
  if (vendor !== null) event.vendor = vendor as NonNullable<InventoryEvent['vendor']>;
  return event;
}

/** `jsonb`, through which they are written, puts newValue first. */
const orderedChanges = (changes: InventoryEvent['changes']): InventoryEvent['changes'] =>
  changes.map(({ field, oldValue, newValue }) => ({ field, oldValue, newValue }));

/** A field that is decoded and parsed when it is first read; it keeps all rows that were read with it until then. */
class LazyJson<Stored, Value> {
  private readonly start: number;
  private readonly end: number;
  private source: Buffer | undefined;
  private known: Value | null = null;

  constructor(
    rows: CopiedRows,
    private readonly valueOf: (stored: Stored) => Value,
  ) {
    if (rows.nextField()) this.source = rows.bytes;
    this.start = rows.start;
    this.end = rows.end;
  }

  get value(): Value | null {
    if (this.source) {
      const json = utf8Text(this.source.subarray(this.start, this.end));
      this.known = this.valueOf(JSON.parse(json) as Stored);
      this.source = undefined;
    }
    return this.known;
  }
}

function skip(rows: CopiedRows, fields: number): null {
  for (let field = 0; field < fields; field += 1) rows.nextField();
  return null;
}

function sizeOfNext(rows: CopiedRows): number {
  rows.nextField();
  return rows.end - rows.start;
}

const textOf = (rows: CopiedRows): string | null => (rows.nextField() ? rows.text() : null);

const jsonOf = (rows: CopiedRows): unknown => (rows.nextField() ? JSON.parse(rows.text()) : null);

function integerOf(rows: CopiedRows): number {
  rows.nextField();
  return rows.bytes.readInt32BE(rows.start);
}

function bigintOf(rows: CopiedRows): number {
  rows.nextField();
  return rows.bytes.readInt32BE(rows.start) * 2 ** 32 + rows.bytes.readUInt32BE(rows.start + 4);
}
