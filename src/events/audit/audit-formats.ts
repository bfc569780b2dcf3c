import { type EventCause, type Product, withMarketFacts } from '../../contracts/index.js';
import type { RecordRow } from '../../sealed-log/index.js';
import { actorOfText } from '../log/event-actor.js';
import { csvLine } from './csv.js';

/**
 * How all events of a filter are written, one after the other. JSON goes from the log to the file as the text that it
 * is: to parse and write it anew takes five times as long, and leaves the memory full of what isn't needed any more.
 */
export interface AuditFormat {
  type: string;
  /** What stands above all events. */
  header: string;
  line: (row: RecordRow, epoch: string) => string;
}

type Cell = string | number | null | undefined;

const causeOf = ({ cause }: RecordRow): EventCause => (cause === null ? {} : (JSON.parse(cause) as EventCause));

/** Events of before market facts say nothing of them. */
function productOf({ product }: RecordRow): string | null {
  if (product === null || (product.includes('"pricedOn"') && product.includes('"comparablePrice"'))) return product;
  return JSON.stringify(withMarketFacts(JSON.parse(product) as Product));
}

const CELLS: Readonly<Record<string, (row: RecordRow) => Cell>> = {
  position: ({ position }) => position,
  occurredAt: ({ occurredAt }) => occurredAt,
  eventType: ({ eventType }) => eventType,
  actorKind: ({ actor }) => actorOfText(actor)?.kind,
  actorId: ({ actor }) => actorOfText(actor)?.id,
  importId: (row) => causeOf(row).importId,
  idempotencyKey: (row) => causeOf(row).idempotencyKey,
  vendorId: ({ vendorId }) => vendorId,
  productId: ({ productId }) => productId,
  category: ({ category }) => category,
  version: ({ version }) => version,
  changes: ({ changes }) => changes,
  state: (row) => productOf(row) ?? row.vendor,
  observation: ({ observation }) => observation,
  correlationId: ({ correlationId }) => correlationId,
  region: ({ region }) => region,
  eventId: ({ eventId }) => eventId,
};
const COLUMNS = Object.values(CELLS);

const CSV: AuditFormat = {
  type: 'text/csv; charset=utf-8; header=present',
  header: csvLine(Object.keys(CELLS)),
  line: (row) => csvLine(COLUMNS.map((cell) => cell(row))),
};

const NDJSON: AuditFormat = { type: 'application/x-ndjson; charset=utf-8', header: '', line: jsonLine };

/** As a page has the event. */
function jsonLine(row: RecordRow, epoch: string): string {
  const { eventId, eventType, productId, vendorId, category, version, changes, vendor, observation } = row;
  const { correlationId, cause, region, occurredAt, actor, position } = row;
  const text = JSON.stringify;
  const line =
    `{"eventId":"${eventId}","epoch":"${epoch}","position":${position},"eventType":"${eventType}",` +
    `"productId":${text(productId)},"vendorId":${text(vendorId)},"category":${text(category)},"version":${version},` +
    `"changes":${changes},"product":${productOf(row)},"correlationId":${text(correlationId)},"cause":${cause ?? '{}'},` +
    `"observation":${observation},"region":${text(region)},"occurredAt":"${occurredAt}",` +
    `${vendor === null ? '' : `"vendor":${vendor},`}"actor":${text(actorOfText(actor))}}`;
  // Line feeds in JSON can only be blanks.
  return `${line.replace(/[\r\n]+/g, ' ')}\n`;
}

const FORMATS: Readonly<Record<string, AuditFormat>> = { 'text/csv': CSV, 'application/x-ndjson': NDJSON };

/** The first format that an `Accept` names, unless it names JSON before; undefined: a page as JSON. */
export function formatOf(accept: string | undefined): AuditFormat | undefined {
  for (const range of accept?.split(',', 20) ?? []) {
    const type = range.split(';', 1)[0]!.trim().toLowerCase();
    if (Object.hasOwn(FORMATS, type)) return FORMATS[type];
    if (type === 'application/json') return undefined;
  }
  return undefined;
}
