import type pg from 'pg';
import {
  namesDigest,
  recordLine,
  type RecordRow,
  sealedNames,
  TAIL_DIGEST_BYTES,
  tailDigest,
} from '../sealed-log/index.js';

/** Positions, and what `tailDigest` has given of each. */
export interface NotedRecords {
  first: number;
  last: number;
  digests: Buffer;
}

/** With what a vendor's names are digested. */
export interface Salt {
  vendorId: string;
  salt: Buffer;
  /** Last position that was sealed when names were removed from the log. */
  removedUpTo: number;
}

export type Salts = ReadonlyMap<string, Salt>;

const SALTS = `
  SELECT vendor_id AS "vendorId", salt, removed_up_to::float8 AS "removedUpTo" FROM vendor_salts WHERE vendor_id = ANY ($1)`;

/** Of all vendors of which the rows are events. */
export async function saltsOf(client: pg.Client, rows: readonly RecordRow[]): Promise<Salts> {
  const vendors = rows.flatMap(({ vendor, vendorId }) => (vendor === null ? [] : vendorId));
  if (vendors.length === 0) return new Map();
  const found = await client.query<Salt>(SALTS, [vendors]);
  return new Map(found.rows.map((salt) => [salt.vendorId, salt]));
}

export const digestAt = ({ first, digests }: NotedRecords, position: number): Buffer =>
  digests.subarray((position - first) * TAIL_DIGEST_BYTES, (position - first + 1) * TAIL_DIGEST_BYTES);

/** Whether a row is what was noted of it, with the salt that its vendor has now. */
export function isAsNoted(row: RecordRow, noted: NotedRecords, salts: Salts): boolean {
  const salt = row.vendor === null ? undefined : salts.get(row.vendorId);
  if (row.vendor !== null && !salt) return false;
  const line = recordLine(row, salt && namesDigest(row, salt.salt));
  return tailDigest(line).equals(digestAt(noted, Number(row.position)));
}

/** Whether names were removed since the row may have been sealed: then only the sealed line has their digest. */
export function isNameless({ vendor, vendorId, position }: RecordRow, salts: Salts): boolean {
  return vendor !== null && Number(position) <= (salts.get(vendorId)?.removedUpTo ?? 0);
}

/** The line that the row should have; of names that were removed, with the digest that was sealed. */
export function recordOf(row: RecordRow, sealed: string, salts: Salts): string {
  if (row.vendor === null) return recordLine(row);
  const salt = salts.get(row.vendorId);
  if (!salt) return '';
  return recordLine(row, isNameless(row, salts) ? (sealedNames(sealed) ?? '') : namesDigest(row, salt.salt));
}
