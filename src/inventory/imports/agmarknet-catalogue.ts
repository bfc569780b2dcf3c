import type { NewVendor } from '../../contracts/index.js';
import { categoryOf, findByPortalName } from '../glossary/index.js';
import type { Report } from '../products/write/product-command.js';
import type { KnownMarket } from './market-identity/market-vendors.js';
import type { PriceReport } from './price-report.js';

/** Named as the file spells it. */
export function vendorOfMarket({ vendorId, state, district, market }: KnownMarket): NewVendor & { id: string } {
  return { id: vendorId, name: market, market, district: district || null, state, languages: [] };
}

type ProductNames = Pick<PriceReport, 'commodity' | 'variety' | 'grade'>;

export const skuOf = ({ commodity, variety, grade }: ProductNames): string => [commodity, variety, grade].join('|');

/**
 * One product per commodity, variety and grade; a row of a known product says nothing but its price.
 * @param key the report's vendor and `skuOf`
 * @param source of the report
 */
export function reportOf(row: PriceReport, key: Pick<Report, 'vendorId' | 'sku'>, source: string): Report {
  const { commodity, variety, grade, day, min, max, modal, unit, currency, arrivals } = row;
  const entry = findByPortalName(commodity);
  return {
    kind: 'report',
    vendorId: key.vendorId,
    sku: key.sku,
    report: { day, min, max, modal, unit, currency, arrivals, source, flags: [...row.flags] },
    create: {
      name: commodity,
      names: entry ? { en: entry.name, ...entry.names } : {},
      commodity: entry?.slug ?? slugOf(commodity),
      variety: variety || null,
      grade: grade || null,
      category: categoryOf(commodity),
    },
  };
}

/** Null for a name without a letter or digit of Latin script. */
function slugOf(name: string): string | null {
  const words =
    name
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return words.join('-').slice(0, 64).replace(/-$/, '') || null;
}
