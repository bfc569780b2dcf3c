export const AVAILABILITIES = ['available', 'limited', 'out_of_stock'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

/** Translations of a name by BCP 47 language tag: `{ hi: 'प्याज', ta: 'வெங்காயம்' }`. */
export type Names = Record<string, string>;

/** A product of one vendor as clients see it. */
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
  unit: string;
  /** Per `unit` in `currency`, at most two decimals. */
  basePrice: number;
  currency: string;
  availability: Availability;
  /** Starts at 1 and grows by one with every change. */
  version: number;
  /** ISO 8601, UTC, milliseconds. */
  createdAt: string;
  updatedAt: string;
}

/** The fields of a product that a vendor may set. */
export type ProductFields = Omit<Product, 'id' | 'vendorId' | 'version' | 'createdAt' | 'updatedAt'>;

export type NewProduct = Pick<Product, 'vendorId' | 'name' | 'category' | 'basePrice'> & Partial<ProductFields>;

export type ProductUpdates = Partial<ProductFields>;
