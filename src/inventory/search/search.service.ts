import { Injectable } from '@nestjs/common';
import type { Page, Product, Vendor } from '../../contracts/index.js';
import { EventLog } from '../../events/index.js';
import { SqlClient } from '../../infra/index.js';
import { type ProductRow, productOf } from '../products/product.entity.js';
import { type VendorEntity, vendorOf } from '../vendors/vendor.entity.js';
import { type CursorKey, encodeCursor } from './page-cursor.js';
import { productSearchSql } from './product-search.sql.js';
import type { PageOptions, ProductFilters, ProductSearchOptions, VendorFilters } from './search-filters.js';
import { textQueryOf } from './text/text-query.js';
import { VENDOR_ORDER, vendorSearchSql } from './vendor-search.sql.js';

export interface FoundProduct extends Product {
  vendor: { id: string; name: string; market: string | null; state: string | null };
  /** The name in the language asked for, or the plain one; only if a language was asked for. */
  displayName?: string;
}

export interface FoundVendor extends Vendor {
  inventory: { total: number; available: number };
}

type Keyed = Record<`key${number}`, CursorKey | Date>;
type ProductPageRow = ProductRow &
  Keyed & { vendorName: string; vendorMarket: string | null; vendorState: string | null };
type VendorPageRow = VendorEntity & { rank: number; total: number; available: number };
/** A page without items still has one row, for the position. */
type OrNone<Row> = (Row | { [Column in keyof Row]: null }) & { position: string };

/** Searches straight in PostgreSQL; one query a page. */
@Injectable()
export class SearchService {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
  ) {}

  /** Throws `ValidationFailedError` for a cursor of another search. */
  async searchProducts(filters: ProductFilters, options: ProductSearchOptions): Promise<Page<FoundProduct>> {
    const text = filters.q === undefined ? undefined : textQueryOf(filters.q);
    if (filters.q !== undefined && filters.q.trim() !== '' && !text) return this.nothing();
    const { statement, values, order } = productSearchSql(filters, options, text);
    const rows = await this.sql.query<OrNone<ProductPageRow>>(statement, values);
    return this.page(
      rows,
      options.limit,
      (row) => foundProduct(row, filters.lang),
      (row) =>
        encodeCursor(
          order.name,
          order.columns.map((column, index) => keyOf(row[`key${index}`]!, column.type === 'price')),
        ),
    );
  }

  async searchVendors(filters: VendorFilters, options: PageOptions): Promise<Page<FoundVendor>> {
    const text = filters.q === undefined ? undefined : textQueryOf(filters.q);
    if (filters.q !== undefined && filters.q.trim() !== '' && !text) return this.nothing();
    const { statement, values } = vendorSearchSql(filters, options, text);
    const rows = await this.sql.query<OrNone<VendorPageRow>>(statement, values);
    return this.page(rows, options.limit, foundVendor, ({ rank, name, id }) =>
      encodeCursor(VENDOR_ORDER, [rank, name, id]),
    );
  }

  private page<Row extends { id: string }, Item>(
    rows: OrNone<Row>[],
    limit: number,
    itemOf: (row: Row) => Item,
    cursorOf: (row: Row) => string,
  ): Page<Item> {
    const found = rows.filter((row) => row.id !== null) as unknown as Row[];
    const shown = found.slice(0, limit);
    return {
      items: shown.map(itemOf),
      nextCursor: found.length > limit ? cursorOf(shown.at(-1)!) : null,
      epoch: this.log.epoch,
      position: Number(rows[0]!.position),
    };
  }

  /** A text without any word, such as "!!!", is found nowhere. */
  private async nothing(): Promise<Page<never>> {
    return { items: [], nextCursor: null, ...(await this.log.head()) };
  }
}

function foundProduct(row: ProductPageRow, lang: string | undefined): FoundProduct {
  const product = productOf(row);
  return {
    ...product,
    vendor: { id: row.vendorId, name: row.vendorName, market: row.vendorMarket, state: row.vendorState },
    ...(lang !== undefined && { displayName: product.names[lang] ?? product.name }),
  };
}

function foundVendor(row: VendorPageRow): FoundVendor {
  return { ...vendorOf(row), inventory: { total: row.total, available: row.available } };
}

function keyOf(key: CursorKey | Date, numeric: boolean): CursorKey {
  if (key instanceof Date) return key.toISOString();
  return numeric ? Number(key) : key;
}
