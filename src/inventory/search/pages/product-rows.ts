import { Injectable } from '@nestjs/common';
import type {
  Facet,
  FacetValue,
  FoundProducts,
  Page,
  Placed,
  ProductFilters,
  ProductSearchOptions,
} from '../../../contracts/index.js';
import { isUndefined, type ReadFloor, SqlClient } from '../../../database/index.js';
import { UnavailableError } from '../../../infra/index.js';
import { EventLog } from '../../../events/index.js';
import type { LoadedPage } from '../../../search-cache/index.js';
import { anyOf, type TextQuery, textQueryOf, without } from '../../text/text-query.js';
import { goodsMeant } from '../loosening/goods-meant.js';
import { asOf } from '../planner/as-of.sql.js';
import { facetsSql } from '../planner/facets.sql.js';
import { leadsSql } from '../planner/leads.sql.js';
import type { CursorKey } from '../planner/page-cursor.js';
import { cursorAfter, isByRank } from '../planner/product-order.js';
import { productSearchSql, type SearchStatement } from '../planner/product-search.sql.js';
import { type OrNone, pageOf, seenBy, wordless } from './page-rows.js';
import { priceEnds } from './price-ends.js';
import type { SeenLog } from './snapshot-positions.js';

type Keyed = Record<`key${number}`, CursorKey>;
/** `item`: the product as JSON, as it is sent. */
export type ProductItem = Pick<ProductPageRow, 'id' | 'vendorId' | 'item'>;
type ProductPageRow = { id: string; vendorId: string; item: string } & Keyed;

export interface FoundPage {
  /** The cursor of what comes after an item. */
  cursorAt: (index: number) => string;
  page: Page<ProductItem>;
  seen: SeenLog;
  priceEnds?: LoadedPage['priceEnds'];
  /** How well the first item fits the text; undefined unless the page is sorted by that. */
  rank?: number | undefined;
}

/** When, and what for. */
export interface Asked {
  /** A position; undefined: of the present. */
  at?: number | undefined;
  /** What has to be found at least, so that a replica may answer; without it the primary does. */
  floor?: ReadFloor | undefined;
  /** Searches whose finds are left out. */
  except?: readonly ProductFilters[];
}

/** What searches find, straight from PostgreSQL; one statement each. */
@Injectable()
export class ProductRows {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
  ) {}

  /**
   * What any of the searches finds; they differ in their texts only.
   *
   * @throws ValidationFailedError for a cursor of another order
   */
  async find(
    searches: readonly Placed<ProductFilters>[],
    options: ProductSearchOptions,
    { at, floor, except = [] }: Asked,
  ): Promise<FoundPage> {
    const [filters] = searches as [Placed<ProductFilters>];
    const text = textOf(searches);
    if (wordless(filters.q, text)) {
      const page = { items: [], nextCursor: null, ...(await this.log.head()) };
      return { page, seen: { position: at ?? page.position, waiting: null }, cursorAt: () => '' };
    }
    const others = textOf(except);
    const { order, ...search } = productSearchSql(filters, options, text && others ? without(text, others) : text);
    const rows = await this.ask<OrNone<ProductPageRow>>(search, { at, floor });
    const page = pageOf(
      rows,
      options.limit,
      this.log.epoch,
      ({ id, vendorId, item }) => ({ id, vendorId, item }),
      (row) => cursorAfter(order, row),
    );
    return {
      page,
      seen: seenBy(rows),
      cursorAt: (index) => cursorAfter(order, rows[index] as ProductPageRow),
      priceEnds: priceEnds(order, options.cursor, page.nextCursor),
      rank: isByRank(order) ? ((rows[0]!.key0 ?? undefined) as number | undefined) : undefined,
    };
  }

  /**
   * The newest product of each good that a text means alike, the commoner good first: chilli is green or dry. Without
   * them the page would be of whichever was reported last.
   */
  async leadsOf(
    searches: readonly ProductFilters[],
    { page }: FoundPage,
    { sort = 'relevance', limit }: ProductSearchOptions,
    asked: Asked,
  ): Promise<{ leads: ProductItem[]; seen?: SeenLog }> {
    const [filters, ...others] = searches;
    if (sort !== 'relevance' || filters?.q === undefined || others.length > 0 || page.items.length < 2) {
      return { leads: [] };
    }
    const meant = goodsMeant(filters.q);
    const most = Math.floor((4 * limit) / 5);
    if (!meant || most < 2) return { leads: [] };
    const terms = textQueryOf(filters.q)![meant.rankedBy];
    const kinds = meant.goods.slice(0, most).map((good) => `(${terms}) & ${good}`);
    const rows = await this.ask<OrNone<ProductPageRow>>(leadsSql(filters, kinds), asked);
    const found = rows.flatMap(({ id, vendorId, item }) => (id === null ? [] : [{ id, vendorId, item }]));
    const leads = found.filter(({ id }, index) => found.findIndex((other) => other.id === id) === index);
    return { leads: leads.length < 2 ? [] : leads, seen: seenBy(rows) };
  }

  /**
   * Read after the page, and never from a replica, which may not be as far as the page: so nothing is missing from its
   * position on.
   */
  async facetsOf(
    searches: readonly Placed<ProductFilters>[],
    facets: readonly Facet[],
    at: number | undefined,
  ): Promise<FoundProducts['facets']> {
    if (facets.length === 0) return undefined;
    const asked = [...new Set(facets)].sort();
    const counts: NonNullable<FoundProducts['facets']> = Object.fromEntries(asked.map((facet) => [facet, []]));
    const [filters] = searches as [Placed<ProductFilters>];
    const text = textOf(searches);
    if (wordless(filters.q, text)) return counts;
    for (const { facet, ...value } of await this.ask<FacetValue & { facet: Facet }>(facetsSql(filters, asked, text), {
      at,
    })) {
      counts[facet]!.push(value);
    }
    return counts;
  }

  /** What is of the past takes longer than searches may on the connections that they share. */
  private async ask<Row extends object>(search: SearchStatement, { at, floor }: Asked): Promise<Row[]> {
    if (at === undefined) return this.sql.read<Row>(search.statement, search.values, floor);
    const { statement, values } = asOf(search, at);
    try {
      return await this.sql.readPatiently<Row>(statement, values);
    } catch (error) {
      // Its views are changed some tenths of a second after the start of another version, or when they are free.
      if (isUndefined(error)) throw new UnavailableError('The tables of the past are just being made');
      throw error;
    }
  }
}

/** What any of the searches finds. */
const textOf = (searches: readonly ProductFilters[]): TextQuery | undefined =>
  anyOf(searches.flatMap(({ q }) => (q === undefined ? [] : (textQueryOf(q) ?? []))));
