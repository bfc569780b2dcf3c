import { Injectable } from '@nestjs/common';
import {
  type Facet,
  type FacetValue,
  type FoundProducts,
  type FoundVendor,
  type Interpretation,
  type Moment,
  type Page,
  type PageOptions,
  type Placed,
  type ProductFilters,
  type ProductSearchOptions,
  type VendorFilters,
  withDisplayName,
} from '../../../contracts/index.js';
import { AwaitSequenced, EventLog } from '../../../events/index.js';
import { canonicalText, type LoadedPage } from '../../../search-cache/index.js';
import { SqlClient } from '../../../database/index.js';
import { FairSlots, UnavailableError } from '../../../infra/index.js';
import { Moments } from '../../moments.js';
import { type VendorEntity, vendorOf } from '../../vendors/vendor.entity.js';
import type { LooserSearch } from '../loosening/query-loosener.js';
import { goodsMeant } from '../loosening/goods-meant.js';
import { type CursorKey, encodeCursor } from '../planner/page-cursor.js';
import { asOf } from '../planner/as-of.sql.js';
import { facetsSql } from '../planner/facets.sql.js';
import { leadsSql } from '../planner/leads.sql.js';
import { cursorAfter } from '../planner/product-order.js';
import { decodeStart, encodeStart } from './looser-cursor.js';
import { priceEnds } from './price-ends.js';
import { productSearchSql, type SearchStatement } from '../planner/product-search.sql.js';
import { anyOf, type TextQuery, textQueryOf } from '../../text/text-query.js';
import { lastSeen, type SeenLog, SnapshotPositions } from './snapshot-positions.js';
import { VENDOR_ORDER, vendorSearchSql } from '../planner/vendor-search.sql.js';

type Keyed = Record<`key${number}`, CursorKey>;
/** `item`: the product as JSON, as it is sent. */
type ProductItem = Pick<ProductPageRow, 'id' | 'vendorId' | 'item'>;
type ProductPageRow = { id: string; vendorId: string; item: string } & Keyed;
interface FoundPage {
  /** The cursor of what comes after an item. */
  cursorAt: (index: number) => string;
  page: Page<ProductItem>;
  seen: SeenLog;
  priceEnds?: LoadedPage['priceEnds'];
}
type VendorPageRow = VendorEntity & { rank: number; total: number; available: number };
/** A page without items still has one row, for the position. */
type OrNone<Row> = (Row | { [Column in keyof Row]: null }) & { position: string; waiting?: string | null };

/** How often a page is read until it is of a position. */
const ATTEMPTS = 3;

/** A page that may be of no position. */
interface ReadPage extends Pick<LoadedPage, 'priceEnds'> {
  items: ProductItem[];
  nextCursor: string | null;
  interpretation: Interpretation;
  facets: FoundProducts['facets'];
  firstStep: number;
  step: number;
  /** By each of its statements. */
  seen: SeenLog[];
}

/** Looser searches that are looked for at once, of all and of one; milliseconds that one waits, and how many wait. */
const LOOKING = { most: 2, ofOne: 1, within: 5_000, waiting: 500 };

/** The same of searches of the past, which take connections that writes need as well. */
const PASTS = { most: 3, ofOne: 2, within: 5_000, waiting: 500 };

/**
 * Left to itself, PostgreSQL plans a statement six times before it keeps a plan. To plan one of these takes some
 * milliseconds, longer than most take to run.
 */
const PLANNED_ONCE = { name: 'planned-once', text: `SET LOCAL plan_cache_mode = 'force_generic_plan'` };

/** Loads pages straight from PostgreSQL; one query a page. */
@Injectable()
export class PageLoader {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
    private readonly awaitSequenced: AwaitSequenced,
    private readonly snapshots: SnapshotPositions,
    private readonly moments: Moments,
  ) {}

  /** Texts that find nothing can be made up without end, and each takes as long as some that find something. */
  private readonly looking = new FairSlots(LOOKING, 'Too many searches that find nothing as typed at once');

  private readonly pasts = new FairSlots(PASTS, 'Too many searches of the past at once');

  /**
   * The page of a product search or, if that finds nothing at all, of the first of the looser ones that finds
   * something; later pages are of the same as the first. What isn't loosened is what `past` finds at its position.
   *
   * @param owner who asks; owners take turns at looser searches
   * @throws ValidationFailedError for a cursor of another search; UnavailableError if too many look for looser ones
   */
  async products(
    filters: ProductFilters,
    options: ProductSearchOptions,
    looser: readonly LooserSearch[] = [],
    owner = '',
  ): Promise<LoadedPage> {
    for (let attempt = 1; ; attempt += 1) {
      const read = await this.read(filters, options, { looser, owner });
      if (read.interpretation.kind === 'loosened') return this.loaded(read, read.seen[0]!);
      const position = await this.snapshots.of(read.seen);
      if (typeof position === 'number') return this.loaded(read, { position });
      if (position === 'late') return this.loaded(read, read.seen[0]!);
      if (attempt === ATTEMPTS) {
        return (await this.latest(filters, options, read.seen)) ?? this.loaded(read, read.seen[0]!);
      }
    }
  }

  /**
   * The page of a product search as it was at a moment that the history reaches: exact, whatever it finds.
   *
   * @param owner who asks; owners take turns
   * @throws ValidationFailedError for a cursor of another search; UnavailableError if too many ask
   */
  async past(
    filters: ProductFilters,
    options: ProductSearchOptions,
    moment: Moment,
    owner: string,
  ): Promise<LoadedPage> {
    const release = await this.pasts.take(owner);
    try {
      return this.loaded(await this.read(filters, options, { at: moment.position }), moment);
    } finally {
      release();
    }
  }

  /**
   * The page at the end of the log, when so much is written that it can't be told of a page of the present. Undefined
   * if the log ends before what a page of the present has seen, so that it would be older.
   */
  private async latest(
    filters: ProductFilters,
    options: ProductSearchOptions,
    seen: readonly SeenLog[],
  ): Promise<LoadedPage | undefined> {
    const position = await this.awaitSequenced.all();
    if (seen.some((one) => position < lastSeen(one))) return undefined;
    try {
      await this.moments.awaitHistory(position);
    } catch (error) {
      if (error instanceof UnavailableError) return undefined;
      throw error;
    }
    return this.loaded(await this.read(filters, options, { at: position }), { position });
  }

  private loaded({ items, nextCursor, seen: _seen, ...read }: ReadPage, moment: Partial<Moment>): LoadedPage {
    const { interpretation, facets, priceEnds, firstStep, step } = read;
    const { position, knownAt } = moment as Moment;
    const page = { items, nextCursor, epoch: this.log.epoch, position };
    const { items: _items, ...beside } = {
      ...page,
      ...(knownAt !== undefined && { knownAt }),
      interpretation,
      ...(facets && { facets }),
    };
    // The items as they came, with the rest of the page behind them.
    const json = `{"items":[${items.map(({ item }) => item).join(',')}],${JSON.stringify(beside).slice(1)}`;
    return { page, json, priceEnds, firstStep, step };
  }

  /** @param at a position; undefined: of the present */
  private async read(
    filters: ProductFilters,
    options: ProductSearchOptions,
    { looser = [], owner = '', at }: { looser?: readonly LooserSearch[]; owner?: string; at?: number },
  ): Promise<ReadPage> {
    const start = decodeStart(options.cursor, looser.length);
    const { step: firstStep, cursor } = start;
    const searches = [[filters], ...looser.map((one) => one.searches)];
    const find = (step: number): Promise<FoundPage> => this.productsOf(searches[step]!, { ...options, cursor }, at);
    const first = await find(firstStep);
    const seen = [first.seen];
    let [found, step] = [first, firstStep];
    if (cursor === undefined && found.page.items.length === 0 && step < looser.length) {
      const release = await this.looking.take(owner);
      try {
        while (found.page.items.length === 0 && step < looser.length) found = await find((step += 1));
      } finally {
        release();
      }
    }
    const { leads, seen: seenOfLeads } = await this.leadsOf(
      cursor === undefined ? searches[step]! : [],
      found,
      options,
      at,
    );
    if (seenOfLeads) seen.push(seenOfLeads);
    const shown = [...start.shown, ...leads.map(({ id }) => id)];
    const rest = found.page.items.filter(({ id }) => !shown.includes(id));
    const kept = rest.slice(0, options.limit - leads.length);
    const items = [...leads, ...kept];
    // Those that have no room any more come first on the next page.
    const isCut = kept.length < rest.length;
    const last = isCut ? found.cursorAt(found.page.items.indexOf(kept.at(-1)!)) : found.page.nextCursor;
    const nextCursor = encodeStart({ step, shown }, last);
    const isLoosened = step > 0 && (items.length > 0 || cursor !== undefined);
    const interpretation = isLoosened ? looser[step - 1]!.interpretation : asTyped(filters.q);
    const facets = await this.facetsOf(searches[step]!, options.facets ?? [], at);
    return { items, nextCursor, interpretation, facets, seen, priceEnds: found.priceEnds, firstStep, step };
  }

  /** What any of the searches finds; they differ in their texts only. */
  private async productsOf(
    searches: readonly ProductFilters[],
    options: ProductSearchOptions,
    at: number | undefined,
  ): Promise<FoundPage> {
    const [filters] = searches as [ProductFilters];
    const text = textOf(searches);
    if (wordless(filters.q, text)) {
      const page = await this.nothing();
      return { page, seen: { position: at ?? page.position, waiting: null }, cursorAt: () => '' };
    }
    const { order, ...search } = productSearchSql(filters, options, text);
    const rows = await this.ask<OrNone<ProductPageRow>>(search, at);
    const page = this.page(
      rows,
      options.limit,
      ({ id, vendorId, item }) => ({ id, vendorId, item }),
      (row) => cursorAfter(order, row),
    );
    const cursorAt = (index: number): string => cursorAfter(order, rows[index] as ProductPageRow);
    return { page, seen: seenBy(rows), cursorAt, priceEnds: priceEnds(order, options.cursor, page.nextCursor) };
  }

  /**
   * The newest product of each good that a text means alike, the commoner good first: chilli is green or dry. Without
   * them the page would be of whichever was reported last.
   */
  private async leadsOf(
    searches: readonly ProductFilters[],
    { page }: FoundPage,
    { sort = 'relevance', limit }: ProductSearchOptions,
    at: number | undefined,
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
    const rows = await this.ask<OrNone<ProductPageRow>>(leadsSql(filters, kinds), at);
    const found = rows.flatMap(({ id, vendorId, item }) => (id === null ? [] : [{ id, vendorId, item }]));
    const leads = found.filter(({ id }, index) => found.findIndex((other) => other.id === id) === index);
    return { leads: leads.length < 2 ? [] : leads, seen: seenBy(rows) };
  }

  /** Read after the page, so that nothing is missing from its position on. */
  private async facetsOf(
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
    for (const { facet, ...value } of await this.ask<FacetValue & { facet: Facet }>(
      facetsSql(filters, asked, text),
      at,
    )) {
      counts[facet]!.push(value);
    }
    return counts;
  }

  /** What is of the past takes longer than searches may on the connections that they share. */
  private ask<Row extends object>(search: SearchStatement, at: number | undefined): Promise<Row[]> {
    if (at === undefined) return this.sql.read<Row>(search.statement, search.values);
    const { statement, values } = asOf(search, at);
    return this.sql.transaction(async () => {
      await this.sql.query(PLANNED_ONCE);
      return this.sql.query<Row>(statement, values);
    });
  }

  async vendors(filters: VendorFilters, options: PageOptions): Promise<Page<FoundVendor>> {
    const text = filters.q === undefined ? undefined : textQueryOf(filters.q, 'people');
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

const seenBy = ([row]: readonly OrNone<object>[]): SeenLog => ({
  position: Number(row!.position),
  waiting: row!.waiting ?? null,
});

const asTyped = (q = ''): Interpretation => ({
  kind: 'exact',
  q: canonicalText(q) ?? '',
  dropped: [],
  corrected: [],
  place: null,
});

/** What any of the searches finds. */
const textOf = (searches: readonly ProductFilters[]): TextQuery | undefined =>
  anyOf(searches.flatMap(({ q }) => (q === undefined ? [] : (textQueryOf(q) ?? []))));

function wordless(q: string | undefined, text: TextQuery | undefined): boolean {
  return q !== undefined && q.trim() !== '' && text === undefined;
}

function foundVendor(row: VendorPageRow, lang: string | undefined): FoundVendor {
  return withDisplayName({ ...vendorOf(row), inventory: { total: row.total, available: row.available } }, lang);
}
