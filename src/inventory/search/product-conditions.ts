import type { ProductFilters } from '../../contracts/index.js';
import type { ProductOrder } from './product-order.js';
import type { SqlBuilder } from './sql-builder.js';

/** More than `numeric(12, 2)` holds. */
export const BEYOND_PRICES = 1e10;

/** The filters of a product search as SQL of `products p`, and of `vendors v` where one needs it. */
export class ProductConditions {
  readonly category: readonly string[];
  /** Filters that all products of a text fit, or none of them. Of `product_texts t`. */
  readonly ofTexts: readonly string[];
  private readonly minPrice: string[];
  private readonly maxPrice: string[];
  /** Of `vendors v`. */
  readonly place: readonly string[];
  private readonly rest: string[];

  /** @param match placeholder of the text's tsquery */
  constructor(
    filters: ProductFilters,
    sql: SqlBuilder,
    readonly match: string | undefined,
  ) {
    const { category, minPrice, maxPrice, vendorId, availability, state, district } = filters;
    const where = (value: unknown, condition: string): string[] =>
      value === undefined ? [] : [`${condition} ${sql.bind(value)}`];
    const [inCategory] = where(category, '=');
    this.category = inCategory === undefined ? [] : [`p.category ${inCategory}`];
    this.ofTexts = inCategory === undefined ? [] : [`t.category ${inCategory}`];
    // Always both ends: a plan for any value takes a third of all products to be beyond one, and reads the whole table.
    const priced = minPrice !== undefined || maxPrice !== undefined;
    const prices = [
      where(priced ? (minPrice ?? 0) : undefined, 'p.base_price >='),
      where(priced ? (maxPrice ?? BEYOND_PRICES) : undefined, 'p.base_price <='),
    ] as const;
    // The products of one vendor are few: such a plan would rather read the price index for them.
    const ofVendor = vendorId !== undefined;
    [this.minPrice, this.maxPrice] = ofVendor ? [[], []] : prices;
    this.rest = [
      ...where(vendorId, 'p.vendor_id ='),
      ...(ofVendor ? prices.flat().map(checked) : []),
      ...where(availability, 'p.availability ='),
    ];
    this.place = [...where(state, 'v.state ='), ...where(district, 'v.district =')];
  }

  /** All but the text. */
  get filters(): string[] {
    return [...this.category, ...this.prices, ...this.rest, ...this.place];
  }

  get all(): string[] {
    return [...this.text, ...this.filters];
  }

  /** The same to be looked up, where few products fit though the price range is wide: by place, if there is one. */
  get lookUp(): string[] {
    const byPlace = this.place.length > 0;
    return [...this.category, ...(byPlace ? this.prices.map(checked) : this.prices), ...this.rest, ...this.place];
  }

  /**
   * What products are looked up by, unless another filter leaves less: the text, else the place; empty without either.
   */
  get lookedUpBy(): string[] {
    return this.match === undefined ? [...this.place] : this.text;
  }

  /** The price range, if there is one, in the narrowest index that has it. */
  get priceRange(): string[] | undefined {
    return this.prices.length > 0 ? [...this.category, ...this.prices] : undefined;
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
    return [...this.text, ...this.category, ...this.prices, ...this.rest].map(checked);
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
    return [...this.minPrice, ...this.maxPrice];
  }

  /** Where an order by price begins. */
  startOf(order: ProductOrder): readonly string[] {
    if (!isByPrice(order)) return [];
    return order.direction === 'ASC' ? this.minPrice : this.maxPrice;
  }

  /** `products` or some of them, with their vendors if a filter needs them. */
  from(products: string): string {
    return `FROM ${products} p${this.place.length > 0 ? ' JOIN vendors v ON v.id = p.vendor_id' : ''}`;
  }
}

const isByPrice = ({ columns }: ProductOrder): boolean => columns[0]!.type === 'price';

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
