import { laterFloor, type ReadFloor } from '../../database/index.js';
import type { Tokens } from '../store/search-cache-store.js';

/** Of the tokens of some scopes: they end with `@` and how far a replica must be, unless that was unknown. */
export function highestFloor(tokens: Tokens, scopes: readonly string[]): ReadFloor {
  let floor: ReadFloor = '';
  for (const scope of scopes) {
    const token = tokens.get(scope)!;
    const end = token.indexOf('@');
    if (end === -1) return null;
    floor = laterFloor(floor, token.slice(end + 1));
  }
  return floor;
}
