import { type EventType, type InventoryEvent, withMarketFacts } from '../../contracts/index.js';
import type { CopiedRows } from '../../database/index.js';
import { utf8Text } from '../../infra/index.js';
import { isoTimes } from './copied-events.js';

export interface MatchingEvent {
  event: InventoryEvent;
  /** Of its consumer. */
  partition: number;
  /** Of the JSON that it carries. */
  bytes: number;
}

/** What `matchingEvents` wants of `inventory_events`, in this order. */
export const MATCHING_COLUMNS = `position, event_id::text, event_type, product_id, vendor_id, category, version, changes,
  product, vendor, correlation_id, cause, observation, region, occurred_at, partition`;

/**
 * Events as `eventOf` makes them, but for `changes` and `product`, which are parsed when they are first read: that is
 * two thirds of the time, and many consumers read neither. They are properties like others: what spreads an event or
 * writes it as JSON gets them.
 *
 * @param rows with `MATCHING_COLUMNS`
 */
export function matchingEvents(rows: CopiedRows, epoch: string): MatchingEvent[] {
  const events: MatchingEvent[] = [];
  const timeOf = isoTimes();
  while (rows.nextRow()) {
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
    const vendorBytes = rows.end - rows.start;
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
    events.push({ event, partition: integerOf(rows), bytes: changes.bytes + (product.bytes || vendorBytes) });
  }
  return events;
}

/** `jsonb`, through which they are written, puts newValue first. */
const orderedChanges = (changes: InventoryEvent['changes']): InventoryEvent['changes'] =>
  changes.map(({ field, oldValue, newValue }) => ({ field, oldValue, newValue }));

/** A field that is decoded and parsed when it is first read; it keeps all rows that were read with it until then. */
class LazyJson<Stored, Value> {
  readonly bytes: number;
  private readonly start: number;
  private source: Buffer | undefined;
  private known: Value | null = null;

  constructor(
    rows: CopiedRows,
    private readonly valueOf: (stored: Stored) => Value,
  ) {
    if (rows.nextField()) this.source = rows.bytes;
    this.start = rows.start;
    this.bytes = rows.end - rows.start;
  }

  get value(): Value | null {
    if (this.source) {
      const json = utf8Text(this.source.subarray(this.start, this.start + this.bytes));
      this.known = this.valueOf(JSON.parse(json) as Stored);
      this.source = undefined;
    }
    return this.known;
  }
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
