import {
  type Place,
  type Placed,
  type PriceGroup,
  priceRangeOf,
  type ProductFilters,
} from '../../../contracts/index.js';
import { isByPrice, type ProductOrder } from './product-order.js';
import type { SqlBuilder } from './sql-builder.js';

/** More than `numeric(20, 6)` holds. */
export const BEYOND_PRICES = 1e14;

/** The filters of a product search as SQL of `products p`, and of `vendors v` where one needs it. */
export class ProductConditions {
  readonly category: readonly string[];
  /** Filters that all products of a text fit, or none of them. Of `product_texts t`. */
  readonly ofTexts: readonly string[];
  /** That prices are comparable with those asked for, if only such products are found. */
  private readonly group: readonly string[];
  private readonly minPrice: readonly string[];
  private readonly maxPrice: readonly string[];
  /** Of `vendors v`. */
  readonly place: readonly string[];
  private readonly rest: readonly string[];
  /** That prices are not comparable with those asked for, if only such products are found. */
  private readonly besides: readonly string[] = [];
  /** The same of the products before the group in the order of a price index, and of those behind it. */
  private readonly sides: readonly string[] = [];
  /** Whether the price range leaves all products of other groups out. */
  readonly isOfGroup: boolean;
  readonly isOfVendor: boolean;

  /**
   * @param match placeholder of the text's tsquery
   * @param bound placeholders of the group that is asked for
   */
  constructor(
    filters: Placed<ProductFilters>,
    sql: SqlBuilder,
    readonly match: string | undefined,
    bound: PriceGroup,
  ) {
    const { category, vendorId, availability } = filters;
    const where = (value: unknown, condition: string): string[] =>
      value === undefined ? [] : [`${condition} ${sql.bind(value)}`];
    const [inCategory] = where(category, '=');
    this.category = inCategory === undefined ? [] : [`p.category ${inCategory}`];
    this.ofTexts = inCategory === undefined ? [] : [`t.category ${inCategory}`];
    const range = priceRangeOf(filters);
    this.isOfGroup = range !== undefined;
    // Always both ends: a plan for any value takes a third of all products to be beyond one, and reads the whole table.
    const prices = [
      range ? equals(bound) : [],
      where(range?.from, 'p.comparable_price >='),
      where(range && Math.min(range.to, BEYOND_PRICES), 'p.comparable_price <='),
    ] as const;
    // The products of one vendor are few: such a plan would rather read the price index for them.
    const ofVendor = vendorId !== undefined;
    this.isOfVendor = ofVendor;
    [this.group, this.minPrice, this.maxPrice] = ofVendor ? [[], [], []] : prices;
    this.rest = [
      ...where(vendorId, 'p.vendor_id ='),
      ...(ofVendor ? prices.flat().map(checked) : []),
      ...where(availability, 'p.availability ='),
    ];
    this.place = placeConditions(filters, sql);
  }

  /** The same of products of the group only. */
  ofGroup(bound: PriceGroup): ProductConditions {
    return this.isOfGroup ? this : this.with({ group: equals(bound) });
  }

  /** The same of all others. */
  besideGroup({ per, currency }: PriceGroup): ProductConditions {
    const is = (comparison: string): string => `(p.dimension, p.currency) ${comparison} (${per}, ${currency})`;
    return this.with({ besides: [is('<>')], sides: [is('<'), is('>')] });
  }

  private with(changes: { group?: string[]; besides?: string[]; sides?: string[] }): ProductConditions {
    return Object.assign(Object.create(ProductConditions.prototype) as ProductConditions, this, changes);
  }

  /** All but the text. */
  get filters(): string[] {
    return [...this.category, ...this.prices, ...this.besides, ...this.rest, ...this.place];
  }

  get all(): string[] {
    return [...this.text, ...this.filters];
  }

  /**
   * All that products may fail which are read in this order. An ordered scan by price reads the group or the others and
   * nothing else; their columns are the last ones of a row, which take a third of a microsecond to get at.
   */
  residual(order: ProductOrder): string[] {
    const apart = isByPrice(order) ? [] : this.group;
    return [...this.text, ...this.category, ...apart, ...this.minPrice, ...this.maxPrice, ...this.rest, ...this.place];
  }

  /** The same to be looked up, where few products fit though the price range is wide: by place, if there is one. */
  get lookUp(): string[] {
    const byPlace = this.place.length > 0;
    const prices = byPlace ? this.prices.map(checked) : this.prices;
    return [...this.category, ...prices, ...this.besides, ...this.rest, ...this.place];
  }

  /**
   * What products are looked up by, unless another filter leaves less: the text, else the place; empty without either.
   */
  get lookedUpBy(): string[] {
    return this.match === undefined ? [...this.place] : this.text;
  }

  /**
   * The price range, if there is one, in the narrowest index that has it. For a place, a group counts as one: no one
   * may sell there by the piece.
   */
  get priceRange(): string[] | undefined {
    const isRange = this.isOfGroup || this.place.length > 0;
    return this.prices.length > 0 && isRange ? [...this.category, ...this.prices] : undefined;
  }

  /** The rest, for products that are looked up by their price. */
  get besidePriceRange(): string[] {
    return [...this.text, ...this.rest, ...this.place].map(checked);
  }

  /** The price range of products of one text, if an index has it and the order's doesn't. */
  priceRangeOfText(order: ProductOrder): string[] | undefined {
    return this.prices.length > 0 && !isByPrice(order) ? this.prices : undefined;
  }

  /** The rest, for these. */
  get besidePriceRangeOfText(): string[] {
    return [...this.rest, ...this.place].map(checked);
  }

  /** The rest, for products that are looked up by their vendors. */
  get besidePlace(): string[] {
    return [...this.text, ...this.category, ...this.prices, ...this.besides, ...this.rest].map(checked);
  }

  /** The filters of products of one text that the order's index answers. */
  inIndexOfText(order: ProductOrder): string[] {
    return isByPrice(order) ? this.prices : [];
  }

  /** The other ones. */
  residualFilters(order: ProductOrder): string[] {
    return [...this.besidePriceRangeOfText, ...(isByPrice(order) ? [] : this.prices.map(checked))];
  }

  private get text(): string[] {
    return this.match === undefined ? [] : [hasText(this.match)];
  }

  private get prices(): string[] {
    return [...this.group, ...this.minPrice, ...this.maxPrice];
  }

  /** Where a page begins in the order's index. @param behind what is true of what comes after the page before */
  startOf(order: ProductOrder, behind: readonly string[]): readonly string[] {
    if (!isByPrice(order)) return behind;
    const first = order.direction === 'ASC' ? this.minPrice : this.maxPrice;
    return [...this.group, ...(behind.length > 0 ? behind : first)];
  }

  /**
   * What is read in the order of an index. Of all products but those of a group, the index has some before the group
   * and some behind it: both are read, as far as needed, and merged, so the group isn't passed.
   *
   * @param rows SQL of the first rows in order that fit these conditions, and the page's
   * @param order SQL of the order of these rows, which are called `p`
   * @param limit SQL of how many
   */
  inOrder(rows: (conditions: readonly string[]) => string, order: string, limit: string): string {
    if (this.sides.length === 0) return rows([]);
    return `SELECT * FROM (${this.sides.map((side) => `(${rows([side])})`).join(' UNION ALL ')}) p ${order} LIMIT ${limit}`;
  }

  /** `products` or some of them, with their vendors if a filter needs them. */
  from(products: string): string {
    return `FROM ${products} p${this.place.length > 0 ? ' JOIN vendors v ON v.id = p.vendor_id' : ''}`;
  }
}

/**
 * Of `vendors v`. A name that all vendors spell alike is compared as one: a plan for any list takes it for ten.
 */
export function placeConditions(filters: Placed<Pick<ProductFilters, keyof Place>>, sql: SqlBuilder): string[] {
  return PLACES.flatMap((kind) => {
    const given = filters[kind];
    const names = filters.spellings?.[kind] ?? (given === undefined ? [] : [given]);
    if (names.length === 0) return [];
    return names.length === 1 ? `v.${kind} = ${sql.bind(names[0])}` : `v.${kind} = ANY (${sql.bind(names)}::text[])`;
  });
}

const PLACES = ['state', 'district', 'market'] as const;

const equals = ({ per, currency }: PriceGroup): string[] => [`p.dimension = ${per}`, `p.currency = ${currency}`];

/** True of products with the text, or of texts. @param query placeholder of a tsquery */
export const hasText = (query: string, lexemes = 'p.search'): string => `${lexemes} @@ ${query}::tsquery`;

/**
 * Keeps a condition from being looked up in an index. A plan for any value takes every price range for a narrow one,
 * and would read a good part of the price index for a word that ten products have.
 */
export function checked(condition: string): string {
  return `(${condition}) IS TRUE`;
}

export function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
