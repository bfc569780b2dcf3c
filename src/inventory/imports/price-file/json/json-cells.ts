import { RefusedCell } from '../cells/refused-cell.js';
import { type Field, FIELDS, type Heading, headingOf } from '../layouts/headings.js';

/** Of each field where it is in `cells`. */
export const CELL_AT = Object.fromEntries(FIELDS.map((field, index) => [field, index])) as Record<Field, number>;

/** Names of members that are remembered: a file has the same ones in each record. */
const MOST_REMEMBERED = 500;
const remembered = new Map<string, Heading>();

export function headingOfMember(name: string): Heading {
  const known = remembered.get(name);
  if (known) return known;
  const heading = headingOf(name);
  if (remembered.size < MOST_REMEMBERED) remembered.set(name, heading);
  return heading;
}

/** What can be in a JSON record; anything else is none. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The texts of a record's members by field. Numbers are as JavaScript writes them, null is ''.
 * @throws RefusedCell for a member that is neither, or two of one field
 */
export function cellsOf(record: JsonObject): string[] {
  const cells = FIELDS.map(() => '');
  for (const [name, value] of Object.entries(record)) {
    const { field } = headingOfMember(name);
    if (field === undefined || value === null) continue;
    const index = CELL_AT[field];
    if (cells[index] !== '') throw new RefusedCell(`${name}: is there twice`);
    cells[index] = textOf(name, value);
  }
  return cells;
}

/** @throws RefusedCell */
export function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (value === null || value === undefined) return '';
  throw new RefusedCell(`${name}: is neither text nor number`);
}
