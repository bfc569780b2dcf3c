import { createHash } from 'node:crypto';
import { type MarketKey, marketKey, type MarketNames } from './market-key.js';
import { portalNameOf } from './states.js';

const hashOf = (names: readonly string[]): string => {
  const hash = createHash('sha256').update(JSON.stringify(names));
  return `vnd_${hash.digest('hex').slice(0, 24)}`;
};

/**
 * The id of the vendor that an import makes for a market: the same for each spelling, in every import, on every
 * installation, so neither the order of files nor two imports at once can make two vendors of a market.
 *
 * It is the hash of the names in a standard spelling, which is the portal's own for nineteen markets of twenty: their
 * ids are those of versions that hashed the names as they were spelled (`spelledVendorId`).
 */
export function vendorIdOf(names: MarketNames): string {
  return vendorIdOfKey(marketKey(names));
}

export function vendorIdOfKey({ state, district, market }: MarketKey): string {
  return hashOf([portalNameOf(state) ?? capitalised(state), capitalised(district), capitalised(market)]);
}

/** The id that former versions gave the vendor of a market, another one for each spelling. */
export function spelledVendorId({ state, district, market }: MarketNames): string {
  return hashOf([state, district, market]);
}

const capital = (letter: string): string => letter.toUpperCase();
const capitalised = (key: string): string =>
  /^[ -~]*$/.test(key)
    ? key.replaceAll(/(?<![a-z'])[a-z]/g, capital)
    : key.replaceAll(/(?<![\p{L}\p{M}'])\p{L}/gu, capital);
