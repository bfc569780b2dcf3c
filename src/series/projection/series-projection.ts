import { Injectable } from '@nestjs/common';
import { Projection, type ProjectionContext, type ProjectionHandler } from '../../consumers/index.js';
import type { InventoryEvent } from '../../contracts/index.js';
import { StockChanges } from '../stock/stock-changes.js';
import { CREATE_STOCK_TABLES, STOCK_RECOMPUTATIONS, STOCK_TABLES } from '../stock/stock-tables.sql.js';
import { type BucketRow, Buckets, slicesOf } from './buckets.js';
import { BuildMemory } from './build-memory.js';
import { OLDER_TABLES } from './older-tables.sql.js';
import { factsOf, type SeriesFacts } from './series-facts.js';
import { RECOMPUTATIONS } from './series-recomputation.sql.js';
import { CREATE_TABLES, TABLES } from './series-tables.sql.js';
import {
  COUNT_BUCKETS,
  EMPTY_BUCKETS,
  MARK_SUSPICIOUS,
  MOVE_REPORTS,
  READ_BUCKETS_OF_DAYS,
  READ_MOVED,
  UPSERT_OWN_DAYS,
  UPSERT_PRODUCTS,
  UPSERT_REPORTS,
  UPSERT_VENDORS,
} from './series-updates.sql.js';

export const PRICE_SERIES = 'price-series';
/** Of the tables. */
export const SERIES_VERSION = 3;

type Sql = ProjectionContext['sql'];

/** Reports that one statement moves to other series, unless those of one product are more: half a second or two. */
const MOVED_AT_ONCE = 10_000;

/** A product whose reports move to other series; `everywhere`: also among those of the whole country. */
interface Moved {
  id: string;
  everywhere: boolean;
  reports: number;
}

/**
 * Prices of markets by day. Reports, and what they are of, are kept as the log has them; what the reports of a
 * commodity, state and day amount to is counted anew whenever one of them comes, is corrected, or moves.
 *
 *     events → products, vendors, reports → buckets concerned, before and after → counted from the reports there are
 *
 * *Maintained invariant*: a row of `series_days` is what the reports of its bucket amount to, whichever way they have
 * come there. Nothing is added to or taken from a sum, so no order of events can matter.
 */
@Injectable()
@Projection({
  name: PRICE_SERIES,
  version: SERIES_VERSION,
  tables: [...TABLES, ...STOCK_TABLES],
  create: [...CREATE_TABLES, ...CREATE_STOCK_TABLES],
  older: OLDER_TABLES,
  recompute: { ...RECOMPUTATIONS, ...STOCK_RECOMPUTATIONS },
})
export class SeriesProjection implements ProjectionHandler {
  /** Of each build. */
  private readonly memories = new WeakMap<object, BuildMemory>();

  async apply(events: readonly InventoryEvent[], { sql, build }: ProjectionContext): Promise<void> {
    const memory = this.memories.get(build) ?? new BuildMemory();
    this.memories.set(build, memory);
    memory.begin(events);
    const all = factsOf(events);
    const facts = { ...all, products: memory.news(all.products) };
    const buckets = new Buckets();
    await this.keepProducts(facts, buckets, sql);
    await this.keepReports(facts, buckets, sql);
    const { position } = events.at(-1)!;
    for (const columns of buckets.columns()) {
      await sql.query(COUNT_BUCKETS, [...columns, position]);
      if (buckets.wereLeft) await sql.query(EMPTY_BUCKETS, [...columns, position]);
    }
    if (facts.ownPrices.length > 0) await sql.query(UPSERT_OWN_DAYS, [JSON.stringify(facts.ownPrices)]);
    await new StockChanges(events).apply(sql, (hour) => memory.isNewHour(hour));
  }

  /** What the reports of products and vendors are counted in may be something else now. */
  private async keepProducts({ products, vendors }: SeriesFacts, buckets: Buckets, sql: Sql): Promise<void> {
    if (products.length + vendors.length === 0) return;
    const [ofProducts, ofVendors] = [JSON.stringify(products), JSON.stringify(vendors)];
    const moved = await sql.query<Moved>(READ_MOVED, [ofProducts, ofVendors]);
    if (vendors.length > 0) await sql.query(UPSERT_VENDORS, [ofVendors]);
    if (products.length > 0) await sql.query(UPSERT_PRODUCTS, [ofProducts]);
    for (const everywhere of [true, false]) {
      const some = moved.filter((product) => product.everywhere === everywhere);
      for (const slice of slicesOf(some, MOVED_AT_ONCE, ({ reports }) => Math.max(1, reports))) {
        buckets.add(await sql.query<BucketRow>(MOVE_REPORTS, [slice.map(({ id }) => id)]), everywhere);
      }
    }
    if (moved.length > 0) buckets.wereLeft = true;
  }

  private async keepReports({ reports }: SeriesFacts, buckets: Buckets, sql: Sql): Promise<void> {
    if (reports.length === 0) return;
    await sql.query(UPSERT_REPORTS, [JSON.stringify(reports)]);
    // A correction may be of another unit.
    if (reports.some(({ revision }) => revision > 1)) buckets.wereLeft = true;
    const marked = await sql.query<{ productId: string; day: string }>(MARK_SUSPICIOUS, columnsOf(reports));
    buckets.add(await sql.query<BucketRow>(READ_BUCKETS_OF_DAYS, columnsOf([...reports, ...marked])));
  }
}

const columnsOf = (reports: readonly { productId: string; day: string }[]): [string[], string[]] => [
  reports.map(({ productId }) => productId),
  reports.map(({ day }) => day),
];
