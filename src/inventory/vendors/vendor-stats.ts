import { Injectable } from '@nestjs/common';
import { AVAILABILITIES, type Availability, type VendorInventoryStats } from '../../contracts/index.js';
import { SqlClient, type Statement } from '../../database/index.js';

/** `$1`: vendor. Grouping sets give the totals, and the counts by availability and by category, in one pass. */
const VENDOR_STATS: Statement = {
  name: 'vendor-stats',
  text: `
    SELECT availability, category, count(*)::int AS count, round(avg(base_price), 2) AS average,
           min(base_price) AS min, max(base_price) AS max, max(updated_at) AS "lastUpdatedAt"
    FROM products WHERE vendor_id = $1
    GROUP BY GROUPING SETS ((), (availability), (category))`,
};

interface StatsRow {
  availability: Availability | null;
  category: string | null;
  count: number;
  average: string | null;
  min: string | null;
  max: string | null;
  lastUpdatedAt: Date | null;
}

@Injectable()
export class VendorStatsReader {
  constructor(private readonly sql: SqlClient) {}

  async read(vendorId: string): Promise<VendorInventoryStats> {
    const rows = await this.sql.query<StatsRow>(VENDOR_STATS, [vendorId]);
    const total = rows.find(({ availability, category }) => availability === null && category === null)!;
    const counted = (column: 'availability' | 'category') =>
      rows.filter((row) => row[column] !== null).map((row) => [row[column], row.count] as const);
    return {
      vendorId,
      totalProducts: total.count,
      byAvailability: Object.fromEntries([
        ...AVAILABILITIES.map((availability) => [availability, 0] as const),
        ...counted('availability'),
      ]) as Record<Availability, number>,
      byCategory: Object.fromEntries(counted('category')) as Record<string, number>,
      averagePrice: price(total.average),
      minPrice: price(total.min),
      maxPrice: price(total.max),
      lastUpdatedAt: total.lastUpdatedAt?.toISOString() ?? null,
    };
  }
}

function price(value: string | null): number | null {
  return value === null ? null : Number(value);
}
