import { Injectable } from '@nestjs/common';
import {
  type FoundVendor,
  type Page,
  type PageOptions,
  type ProductFilters,
  type ProductSearchOptions,
  type VendorFilters,
  withDisplayName,
} from '../../contracts/index.js';
import { EventLog } from '../../events/index.js';
import type { LoadedPage } from '../../search-cache/index.js';
import { SqlClient } from '../../database/index.js';
import { type VendorEntity, vendorOf } from '../vendors/vendor.entity.js';
import { type CursorKey, encodeCursor, keyOf } from './page-cursor.js';
import { priceWindow } from './price-window.js';
import { productSearchSql } from './product-search.sql.js';
import { type TextQuery, textQueryOf } from './text/text-query.js';
import { VENDOR_ORDER, vendorSearchSql } from './vendor-search.sql.js';

type Keyed = Record<`key${number}`, CursorKey>;
/** `item`: the product as JSON, as it is sent. */
type ProductPageRow = { id: string; vendorId: string; item: string } & Keyed;
type VendorPageRow = VendorEntity & { rank: number; total: number; available: number };
/** A page without items still has one row, for the position. */
type OrNone<Row> = (Row | { [Column in keyof Row]: null }) & { position: string };

/** Loads pages straight from PostgreSQL; one query a page. */
@Injectable()
export class PageLoader {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
  ) {}

  /** Throws `ValidationFailedError` for a cursor of another search. */
  async products(filters: ProductFilters, options: ProductSearchOptions): Promise<LoadedPage> {
    const text = filters.q === undefined ? undefined : textQueryOf(filters.q);
    if (wordless(filters.q, text)) return { page: await this.nothing() };
    const { statement, values, order } = productSearchSql(filters, options, text);
    const rows = await this.sql.read<OrNone<ProductPageRow>>(statement, values);
    const found = this.page(
      rows,
      options.limit,
      ({ id, vendorId, item }) => ({ id, vendorId, item }),
      (row) =>
        encodeCursor(
          order.name,
          order.columns.map(({ type }, index) => keyOf(row[`key${index}`]!, type)),
        ),
    );
    const { items, ...rest } = found;
    // The items as they came, with the rest of the page behind them.
    const json = `{"items":[${items.map(({ item }) => item).join(',')}],${JSON.stringify(rest).slice(1)}`;
    return { page: found, json, priceWindow: priceWindow(order, options.cursor, found.nextCursor) };
  }

  async vendors(filters: VendorFilters, options: PageOptions): Promise<Page<FoundVendor>> {
    const text = filters.q === undefined ? undefined : textQueryOf(filters.q);
    if (wordless(filters.q, text)) return this.nothing();
    const { statement, values } = vendorSearchSql(filters, options, text);
    const rows = await this.sql.read<OrNone<VendorPageRow>>(statement, values);
    const itemOf = (row: VendorPageRow): FoundVendor => foundVendor(row, filters.lang);
    return this.page(rows, options.limit, itemOf, ({ rank, name, id }) => encodeCursor(VENDOR_ORDER, [rank, name, id]));
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

function wordless(q: string | undefined, text: TextQuery | undefined): boolean {
  return q !== undefined && q.trim() !== '' && text === undefined;
}

function foundVendor(row: VendorPageRow, lang: string | undefined): FoundVendor {
  return withDisplayName({ ...vendorOf(row), inventory: { total: row.total, available: row.available } }, lang);
}
