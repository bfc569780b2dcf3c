import pg from 'pg';
import { BEST_RANK } from '../../text/text-query.js';
import { ValidationFailedError } from '../../../infra/index.js';

/** `unit`: a text, but a short one; `part`: which part of an order by price, and in no cursor. */
export type KeyType = 'rank' | 'price' | 'time' | 'text' | 'unit' | 'part';
export type CursorKey = string | number;

/** Characters of a unit. */
export const MAX_UNIT = 32;

const isText = (key: unknown, characters: number): key is string =>
  typeof key === 'string' && [...key].length <= characters && !key.includes('\0') && key.isWellFormed();

const VALID: Record<KeyType, (key: unknown) => boolean> = {
  rank: (key) => Number.isInteger(key) && Number(key) >= 0 && Number(key) <= BEST_RANK,
  // As text: not every amount with six decimals is a double.
  price: (key) => typeof key === 'string' && /^\d{1,14}(?:\.\d{1,6})?$/.test(key),
  time: (key) => typeof key === 'string' && /^(?!0000)\d{4}-/.test(key) && isInstant(key),
  text: (key) => isText(key, 400),
  unit: (key) => isText(key, MAX_UNIT),
  part: () => false,
};

/** As `toISOString` writes it, and so a day that the calendar has. */
function isInstant(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

/**
 * Keyset pagination: the sort keys of the last item, so that a page costs the same however deep it is, and items
 * that come or go meanwhile shift nothing. Opaque to clients. `order` names the sort it belongs to.
 */
export function encodeCursor(order: string, keys: readonly CursorKey[]): string {
  return Buffer.from(JSON.stringify([order, ...keys])).toString('base64url');
}

/** Throws `ValidationFailedError` unless the cursor was made for this order and these types of keys. */
export function decodeCursor(cursor: string, order: string, types: readonly KeyType[]): CursorKey[] {
  const [cursorOrder, ...keys] = parse(cursor);
  const fits = keys.length === types.length && types.every((type, index) => VALID[type](keys[index]));
  if (cursorOrder !== order || !fits) throw invalid();
  return keys as CursorKey[];
}

const timeOf = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => Date;

/** The key as a cursor holds it. @param key as PostgreSQL gives it; a time as text */
export const keyOf = (key: CursorKey, type: KeyType): CursorKey =>
  type === 'time' ? timeOf(String(key)).toISOString() : key;

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid();
    throw error;
  }
}

function invalid(): ValidationFailedError {
  return new ValidationFailedError([{ field: 'cursor', message: 'is not a cursor of this search' }]);
}
