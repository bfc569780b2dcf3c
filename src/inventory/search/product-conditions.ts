import type { ProductFilters } from '../../contracts/index.js';
import type { ProductOrder } from './product-order.js';
import type { SqlBuilder } from './sql-builder.js';

/** More than `numeric(12, 2)` holds. */
const BEYOND_PRICES = 1e10;

/** The filters of a product search as SQL of `products p`, and of `vendors v` where one needs it. */
export class ProductConditions {
  readonly category: readonly string[];
  /** Filters that all products of a text fit, or none of them. Of `product_texts t`. */
  readonly ofTexts: readonly string[];
  private readonly minPrice: string[];
  private readonly maxPrice: string[];
  private readonly rest: string[];
  private readonly byPlace: boolean;

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
      ...where(state, 'v.state ='),
      ...where(district, 'v.district ='),
    ];
    this.byPlace = state !== undefined || district !== undefined;
  }

  /** All but the text. */
  get filters(): string[] {
    return [...this.category, ...this.prices, ...this.rest];
  }

  get all(): string[] {
    return this.match === undefined ? this.filters : [hasText(this.match), ...this.filters];
  }

  /** The same to be looked up, where few products fit though the price range is wide: by place, if there is one. */
  get lookUp(): string[] {
    return [...this.category, ...(this.byPlace ? this.prices.map(checked) : this.prices), ...this.rest];
  }

  /** The price range, if there is one, in the narrowest index that has it. */
  get priceRange(): string[] | undefined {
    return this.prices.length > 0 ? [...this.category, ...this.prices] : undefined;
  }

  /** The rest, for products that are looked up by their price. */
  get besidePriceRange(): string[] {
    return [...(this.match === undefined ? [] : [hasText(this.match)]), ...this.rest].map(checked);
  }

  /** The other filters, of products of one text: only a price range in the order's index is looked up. */
  ofOneText({ columns }: ProductOrder): string[] {
    const inIndex = columns[0]!.type === 'price';
    return [...this.rest.map(checked), ...(inIndex ? this.prices : this.prices.map(checked))];
  }

  private get prices(): string[] {
    return [...this.minPrice, ...this.maxPrice];
  }

  /** Where an order by price begins. */
  startOf({ columns, direction }: ProductOrder): readonly string[] {
    if (columns[0]!.type !== 'price') return [];
    return direction === 'ASC' ? this.minPrice : this.maxPrice;
  }

  /** `products` or some of them, with their vendors if a filter needs them. */
  from(products: string): string {
    return `FROM ${products} p${this.byPlace ? ' JOIN vendors v ON v.id = p.vendor_id' : ''}`;
  }
}

/** True of products with the text, or of texts. @param query placeholder of a tsquery */
export const hasText = (query: string, lexemes = 'p.search'): string => `${lexemes} @@ ${query}::tsquery`;

/**
 * Keeps a condition from being looked up in an index. A plan for any value takes every price range for a narrow one, and
 * would read a good part of the price index for a word that ten products have.
 */
export function checked(condition: string): string {
  return `(${condition}) IS TRUE`;
}

export function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
