import { type ComparablePrice, comparablePriceOf } from './units.js';

export const AVAILABILITIES = ['available', 'limited', 'out_of_stock'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

/** Translations of a name by BCP 47 language tag: `{ hi: 'प्याज', ta: 'வெங்காயம்' }`. */
export type Names = Record<string, string>;

/**
 * A product of one vendor as clients see it, in the order in which it is shown.
 *
 * A field is here, with what SQL and new products are made from (`STORED_PRODUCT`, `PRODUCT_DEFAULTS`); in
 * `validation/product-fields.ts`, which requests and documents are made from; and in a migration.
 */
export interface Product {
  id: string;
  vendorId: string;
  /** The vendor's own reference, unique per vendor. */
  sku: string;
  name: string;
  names: Names;
  description: string | null;
  /** Lower-case kebab slug. */
  category: string;
  /** What it is, whatever its seller calls it: a slug, of the glossary if that has it. */
  commodity: string | null;
  variety: string | null;
  grade: string | null;
  unit: string;
  /** What one `unit` weighs, for crates, bags and the like; at most six decimals. */
  unitWeightKg: number | null;
  /** Per `unit` in `currency`, at most two decimals. */
  basePrice: number;
  /** The range of the day's prices, as `basePrice` is. */
  minPrice: number | null;
  maxPrice: number | null;
  currency: string;
  /** Market day of `basePrice`: `yyyy-mm-dd`. */
  pricedOn: string;
  /** Made of unit, price and currency; null only if there is no price. */
  comparablePrice: ComparablePrice | null;
  availability: Availability;
  /** Starts at 1 and grows by one with every change. */
  version: number;
  /** ISO 8601, UTC, milliseconds. */
  createdAt: string;
  updatedAt: string;
}

/** The fields of a product that a vendor may set. */
export type ProductFields = Omit<
  Product,
  'id' | 'vendorId' | 'comparablePrice' | 'version' | 'createdAt' | 'updatedAt'
>;

/** With what a new product can't be without. */
export type NewProduct = Pick<Product, 'vendorId' | 'name' | 'category' | 'basePrice'> & Partial<ProductFields>;

export type ProductUpdates = Partial<ProductFields>;

/** What a new product has that comes without. Its sku is made up, and its price is of the day. */
export const PRODUCT_DEFAULTS: Readonly<Omit<ProductFields, 'sku' | 'name' | 'category' | 'basePrice' | 'pricedOn'>> = {
  names: {},
  description: null,
  commodity: null,
  variety: null,
  grade: null,
  unit: 'kg',
  unitWeightKg: null,
  minPrice: null,
  maxPrice: null,
  currency: 'INR',
  availability: 'available',
};

/**
 * The texts that the words of a search are looked for in; the server adds what it knows of translations and spellings.
 */
export const SEARCHED_FIELDS = ['name', 'names', 'description', 'category', 'variety', 'grade'] as const;
export type SearchedFields = Pick<Product, (typeof SEARCHED_FIELDS)[number]>;

/** How PostgreSQL keeps a value. */
export type StoredAs = 'text' | 'json' | 'number' | 'day' | 'time' | 'comparable price';

/** Where the table `products` has the fields; the comparable price is in `dimension`, too, and made by statements. */
export const STORED_PRODUCT: { readonly [Field in keyof Product]: { column: string; as: StoredAs } } = {
  id: { column: 'id', as: 'text' },
  vendorId: { column: 'vendor_id', as: 'text' },
  sku: { column: 'sku', as: 'text' },
  name: { column: 'name', as: 'text' },
  names: { column: 'names', as: 'json' },
  description: { column: 'description', as: 'text' },
  category: { column: 'category', as: 'text' },
  commodity: { column: 'commodity', as: 'text' },
  variety: { column: 'variety', as: 'text' },
  grade: { column: 'grade', as: 'text' },
  unit: { column: 'unit', as: 'text' },
  unitWeightKg: { column: 'unit_weight_kg', as: 'number' },
  basePrice: { column: 'base_price', as: 'number' },
  minPrice: { column: 'min_price', as: 'number' },
  maxPrice: { column: 'max_price', as: 'number' },
  currency: { column: 'currency', as: 'text' },
  pricedOn: { column: 'priced_on', as: 'day' },
  comparablePrice: { column: 'comparable_price', as: 'comparable price' },
  availability: { column: 'availability', as: 'text' },
  version: { column: 'version', as: 'number' },
  createdAt: { column: 'created_at', as: 'time' },
  updatedAt: { column: 'updated_at', as: 'time' },
};

/** In the order in which they are shown. */
export const PRODUCT_FIELDS = Object.keys(STORED_PRODUCT) as readonly (keyof Product)[];

/** The fields that events from before have not, and what programs publish may leave out. */
export const MARKET_FACTS = [
  ...(['commodity', 'variety', 'grade', 'unitWeightKg'] as const),
  ...(['minPrice', 'maxPrice', 'pricedOn', 'comparablePrice'] as const),
];
type MarketFact = (typeof MARKET_FACTS)[number];

export type ProductState = Omit<Product, MarketFact> & { [Field in MarketFact]?: Product[Field] | undefined };

/** India's time is ahead of UTC by so many milliseconds, all year. */
const INDIA = 5.5 * 3_600_000;

/** The product with all fields: as it is if it has them, else with a price of the day of its last change. */
export function withMarketFacts(product: ProductState): Product {
  if (product.pricedOn !== undefined && product.comparablePrice !== undefined) return product as Product;
  const { commodity = null, variety = null, grade = null } = product;
  const { unitWeightKg = null, minPrice = null, maxPrice = null } = product;
  const pricedOn = product.pricedOn ?? new Date(Date.parse(product.updatedAt) + INDIA).toISOString().slice(0, 10);
  const comparablePrice = comparablePriceOf({ ...product, unitWeightKg });
  return { ...product, commodity, variety, grade, unitWeightKg, minPrice, maxPrice, pricedOn, comparablePrice };
}
