import { createHash } from 'node:crypto';

/** A row of `inventory_events` as `RECORD_COLUMNS` gives it: JSON as the very text that is stored. */
export interface RecordRow {
  position: string;
  seq: string;
  eventId: string;
  eventType: string;
  productId: string | null;
  vendorId: string;
  category: string | null;
  version: number;
  changes: string;
  product: string | null;
  vendor: string | null;
  actor: string | null;
  cause: string | null;
  observation: string | null;
  correlationId: string;
  region: string;
  occurredAt: string;
}

export const RECORD_COLUMNS = `position, seq, event_id AS "eventId", event_type AS "eventType", product_id AS "productId",
  vendor_id AS "vendorId", category, version, changes::text AS changes, product::text AS product, vendor::text AS vendor,
  actor, cause::text AS cause, observation::text AS observation, correlation_id AS "correlationId", region,
  to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "occurredAt"`;

/** Fields of a vendor that may be a person's. */
const PERSONAL: ReadonlySet<string> = new Set(['name', 'names']);
/** Of the hash of a line, in the tail. */
export const TAIL_DIGEST_BYTES = 8;
/** Line feeds in JSON can only be blanks. */
const LINE_BREAKS = /[\r\n]+/g;

/** Of an event of a vendor: what `names` of its record must be. */
export function namesDigest({ vendor, changes }: RecordRow, salt: Buffer): string {
  return createHash('sha256')
    .update(salt)
    .update(`${vendor ?? ''}\n${changes}`)
    .digest('hex');
}

/**
 * The canonical form of an event: one line of JSON, members in this order, those that are null left out, JSON values as
 * the text that is stored. An event of a vendor has a salted digest in place of the vendor's names, so that they can be
 * removed from the log, and the rest of it stays proven.
 *
 * @param digest `namesDigest`, of an event of a vendor
 */
export function recordLine(row: RecordRow, digest?: string): string {
  return lineOf(row, row.vendor === null ? row : withoutNames(row), digest);
}

/** The digest that a record has in place of names, whatever the salt was. */
export function sealedNames(line: string): string | undefined {
  // Quotes within values are escaped, and the vendor has no other member of this name.
  return /,"names":"([0-9a-f]{64})"/.exec(line)?.[1];
}

/** The canonical form with the vendor's names, for an export; `digest` only of an event that is sealed. */
export function exportLine(row: RecordRow, digest?: string): string {
  return lineOf(row, row, digest);
}

function lineOf(row: RecordRow, { vendor, changes }: Pick<RecordRow, 'vendor' | 'changes'>, digest?: string): string {
  let line = `{"position":${row.position},"seq":${row.seq},"eventId":"${row.eventId}"`;
  line += text('eventType', row.eventType) + text('productId', row.productId) + text('vendorId', row.vendorId);
  line += text('category', row.category) + json('version', String(row.version)) + json('changes', changes);
  line += json('product', row.product) + json('vendor', vendor) + text('names', digest ?? null);
  line += text('actor', row.actor) + json('cause', row.cause) + json('observation', row.observation);
  line += text('correlationId', row.correlationId) + text('region', row.region) + text('occurredAt', row.occurredAt);
  return `${line}}\n`;
}

function text(member: string, value: string | null): string {
  return value === null ? '' : `,"${member}":${JSON.stringify(value)}`;
}

function json(member: string, value: string | null): string {
  return value === null ? '' : `,"${member}":${value.replace(LINE_BREAKS, ' ')}`;
}

/** Of an event that was changed to something else than an object and a list of changes, neither is left. */
function withoutNames(row: RecordRow): { vendor: string; changes: string } {
  const [vendor, changes] = [JSON.parse(row.vendor!) as unknown, JSON.parse(row.changes) as unknown];
  if (!isObject(vendor) || !Array.isArray(changes) || !changes.every(isObject)) return { vendor: '{}', changes: '[]' };
  const kept = Object.entries(vendor).filter(([field]) => !PERSONAL.has(field));
  const told = changes.map((change) => {
    const { field } = change;
    return typeof field === 'string' && PERSONAL.has(field) ? { field } : change;
  });
  return { vendor: JSON.stringify(Object.fromEntries(kept)), changes: JSON.stringify(told) };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What the tail of the log notes of an event. */
export function tailDigest(line: string): Buffer {
  return createHash('sha256').update(line).digest().subarray(0, TAIL_DIGEST_BYTES);
}
