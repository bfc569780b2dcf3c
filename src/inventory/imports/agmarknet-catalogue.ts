import { createHash } from 'node:crypto';
import type { NewVendor } from '../../contracts/index.js';
import { categoryOf, findByPortalName } from '../glossary/index.js';
import type { ProductCommand, Upsert } from '../products/write/product-command.js';
import type { AgmarknetRow } from './agmarknet-row.js';

type MarketKey = Pick<AgmarknetRow, 'state' | 'district' | 'market'>;

/** Rows of one market follow each other in the portal's files. */
let last: MarketKey & { id: string } = { state: '', district: '', market: '', id: '' };

/** The same market has the same id in every import, on every installation. */
export function vendorIdOf({ state, district, market }: MarketKey): string {
  if (state !== last.state || district !== last.district || market !== last.market) {
    const hash = createHash('sha256').update(JSON.stringify([state, district, market]));
    last = { state, district, market, id: `vnd_${hash.digest('hex').slice(0, 24)}` };
  }
  return last.id;
}

export function vendorOfMarket(row: MarketKey): NewVendor & { id: string } {
  const { state, district, market } = row;
  return { id: vendorIdOf(row), name: market, market, district, state, languages: [] };
}

export const skuOf = ({ commodity, variety, grade }: AgmarknetRow): string => [commodity, variety, grade].join('|');

/**
 * One product per commodity, variety and grade; a row of a known product says nothing but its price.
 * @param key the row's `vendorIdOf` and `skuOf`, and the product, if it was there a moment ago
 */
export function upsertOf(row: AgmarknetRow, key: Pick<Upsert, 'vendorId' | 'sku' | 'seen'>): ProductCommand {
  const { commodity, variety, grade, modalPrice } = row;
  const { vendorId, sku, seen } = key;
  const entry = findByPortalName(commodity);
  return {
    kind: 'upsert',
    vendorId,
    sku,
    seen,
    updates: { basePrice: modalPrice },
    create: {
      name: commodity,
      names: entry ? { en: entry.name, ...entry.names } : {},
      description: [variety && `Variety: ${variety}`, grade && `Grade: ${grade}`].filter(Boolean).join('. ') || null,
      category: categoryOf(commodity),
      unit: 'quintal',
      basePrice: modalPrice,
    },
  };
}
