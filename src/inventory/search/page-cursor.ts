import pg from 'pg';
import { ValidationFailedError } from '../../infra/index.js';

export type KeyType = 'rank' | 'price' | 'time' | 'text';
export type CursorKey = string | number;

const VALID: Record<KeyType, (key: unknown) => boolean> = {
  rank: (key) => key === 0 || key === 1 || key === 2,
  price: (key) => typeof key === 'number' && key >= 0 && key < 1e10,
  time: (key) => typeof key === 'string' && /^(?!0000)\d{4}-/.test(key) && isInstant(key),
  text: (key) => typeof key === 'string' && key.length <= 400 && !key.includes('\0') && key.isWellFormed(),
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
export function keyOf(key: CursorKey, type: KeyType): CursorKey {
  if (type === 'time') return timeOf(String(key)).toISOString();
  return type === 'price' ? Number(key) : key;
}

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
