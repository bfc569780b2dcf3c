import { Injectable } from '@nestjs/common';
import {
  AVAILABILITIES,
  type Availability,
  type VendorInventoryStats,
  type VendorPrices,
} from '../../contracts/index.js';
import { SqlClient, type Statement } from '../../database/index.js';
import { VendorService } from './vendor.service.js';

/**
 * `$1`: vendor. Grouping sets give the total, and what there is of each availability, category, and group of comparable
 * prices, in one pass. Per `unit` are `base…`, if all products of a group are sold by the same one; else it is null.
 */
const VENDOR_STATS: Statement = {
  name: 'vendor-stats',
  text: `
    SELECT availability, category, dimension AS per, currency, count(*)::int AS products,
           round(avg(comparable_price), 6) AS average, min(comparable_price) AS min, max(comparable_price) AS max,
           round(avg(base_price), 2) AS "baseAverage", min(base_price) AS "baseMin", max(base_price) AS "baseMax",
           CASE WHEN min(unit) = max(unit) AND count(DISTINCT coalesce(unit_weight_kg, 0)) = 1 THEN min(unit) END AS unit,
           max(updated_at) AS "lastUpdatedAt"
    FROM products WHERE vendor_id = $1
    GROUP BY GROUPING SETS ((), (availability), (category), (dimension, currency))
    ORDER BY products DESC, dimension, currency`,
};

interface GroupRow extends Record<'average' | 'min' | 'max' | 'baseAverage' | 'baseMin' | 'baseMax', string> {
  per: string;
  currency: string;
  products: number;
  unit: string | null;
}
interface StatsRow extends Omit<GroupRow, 'per'> {
  per: string | null;
  availability: Availability | null;
  category: string | null;
  lastUpdatedAt: Date | null;
}

@Injectable()
export class VendorStatsReader {
  constructor(
    private readonly sql: SqlClient,
    private readonly vendors: VendorService,
  ) {}

  /** Throws `VendorNotFoundError`. */
  async read(vendorId: string): Promise<VendorInventoryStats> {
    await this.vendors.get(vendorId);
    const rows = await this.sql.query<StatsRow>(VENDOR_STATS, [vendorId]);
    const groups = rows.filter((row): row is StatsRow & GroupRow => row.per !== null);
    const total = rows.find((row) => row.availability === null && row.category === null && row.per === null)!;
    const counted = (column: 'availability' | 'category') =>
      rows.filter((row) => row[column] !== null).map((row) => [row[column], row.products] as const);
    return {
      vendorId,
      totalProducts: total.products,
      byAvailability: Object.fromEntries([
        ...AVAILABILITIES.map((availability) => [availability, 0] as const),
        ...counted('availability'),
      ]) as Record<Availability, number>,
      byCategory: Object.fromEntries(counted('category')) as Record<string, number>,
      prices: groups.map(pricesOf),
      ...commonest(groups[0]),
      lastUpdatedAt: total.lastUpdatedAt?.toISOString() ?? null,
    };
  }
}

const pricesOf = ({ per, currency, average, min, max, products }: GroupRow): VendorPrices => ({
  per,
  currency,
  averagePrice: Number(average),
  minPrice: Number(min),
  maxPrice: Number(max),
  products,
});

type Commonest = Pick<VendorInventoryStats, 'averagePrice' | 'minPrice' | 'maxPrice' | 'priceUnit' | 'priceCurrency'>;

function commonest(group: GroupRow | undefined): Commonest {
  if (!group) return { averagePrice: null, minPrice: null, maxPrice: null, priceUnit: null, priceCurrency: null };
  const { unit, per, currency } = group;
  const [average, min, max] =
    unit === null ? [group.average, group.min, group.max] : [group.baseAverage, group.baseMin, group.baseMax];
  return {
    averagePrice: Math.round(Number(average) * 100) / 100,
    minPrice: Number(min),
    maxPrice: Number(max),
    priceUnit: unit ?? per,
    priceCurrency: currency,
  };
}
