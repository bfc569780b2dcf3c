import type { ProductFilters } from '../../contracts/index.js';
import type { ProductOrder } from './product-order.js';
import type { SqlBuilder } from './sql-builder.js';

/** More than `numeric(12, 2)` holds. */
const BEYOND_PRICES = 1e10;

/** The filters of a product search as SQL of `products p`, and of `vendors v` where one needs it. */
export class ProductConditions {
  readonly category: readonly string[];
  private readonly minPrice: string[];
  private readonly maxPrice: string[];
  private readonly rest: string[];
  private readonly byPlace: boolean;
  private readonly byVendor: boolean;

  /** @param match placeholder of the text's tsquery */
  constructor(
    filters: ProductFilters,
    sql: SqlBuilder,
    readonly match: string | undefined,
  ) {
    const { category, minPrice, maxPrice, vendorId, availability, state, district } = filters;
    const where = (value: unknown, condition: string): string[] =>
      value === undefined ? [] : [`${condition} ${sql.bind(value)}`];
    this.category = where(category, 'p.category =');
    // Always both ends: a plan for any value takes a third of all products to be beyond one, and reads the whole table.
    const priced = minPrice !== undefined || maxPrice !== undefined;
    this.minPrice = where(priced ? (minPrice ?? 0) : undefined, 'p.base_price >=');
    this.maxPrice = where(priced ? (maxPrice ?? BEYOND_PRICES) : undefined, 'p.base_price <=');
    this.rest = [
      ...where(vendorId, 'p.vendor_id ='),
      ...where(availability, 'p.availability ='),
      ...where(state, 'v.state ='),
      ...where(district, 'v.district ='),
    ];
    this.byVendor = vendorId !== undefined;
    this.byPlace = state !== undefined || district !== undefined;
  }

  /** All but the text. */
  get filters(): string[] {
    return [...this.category, ...this.minPrice, ...this.maxPrice, ...this.rest];
  }

  get all(): string[] {
    return this.match === undefined ? this.filters : [hasText(this.match), ...this.filters];
  }

  /** All, so that they are looked up by what fewest products have: those of one vendor, else those with the text. */
  get lookUp(): string[] {
    return this.match === undefined ? this.filters : this.lookUpBy(this.match);
  }

  /** The same for another text than the search's. @param query placeholder of a tsquery */
  lookUpBy(query: string): string[] {
    return [this.byVendor ? checked(hasText(query)) : ofTexts(query), ...this.besideText];
  }

  /** The filters where there is a text to look up. */
  get besideText(): string[] {
    return this.byVendor ? this.filters : this.filters.map(checked);
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

/** True of products with the text. @param query placeholder of a tsquery */
export const hasText = (query: string): string => `p.search @@ ${query}::tsquery`;

/** The same by way of an index: texts first, then the products that have them. */
export const ofTexts = (query: string): string =>
  `p.text_id = ANY (ARRAY(SELECT t.id FROM product_texts t WHERE t.lexemes @@ ${query}::tsquery))`;

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
