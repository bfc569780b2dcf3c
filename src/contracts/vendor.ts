import type { PriceGroup } from './price-terms.js';
import type { Availability, Names } from './product.js';

/** A trader at one market as clients see it. */
export interface Vendor {
  id: string;
  name: string;
  names: Names;
  market: string | null;
  district: string | null;
  state: string | null;
  /** BCP 47 tags of the languages the vendor deals in. */
  languages: string[];
  version: number;
  createdAt: string;
  updatedAt: string;
}

export type VendorFields = Omit<Vendor, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

export type NewVendor = Pick<Vendor, 'name'> & Partial<VendorFields> & { id?: string | undefined };

/** A market as price files name it, under which imports mean a vendor. */
export interface VendorAliasNames {
  state: string;
  /** `null` or absent: of files that name no district. */
  district?: string | null | undefined;
  market: string;
}

export interface VendorAlias extends VendorAliasNames {
  district: string | null;
  createdAt: string;
}

/** A market that an import makes a vendor of, though it may be one of another district that has a vendor already. */
export interface AliasCandidates {
  /** The names as the file spells them. */
  state: string;
  district: string;
  market: string;
  candidates: AliasCandidate[];
}

/** A vendor of the same market name; district and market are its fields as they are now. */
export interface AliasCandidate {
  vendorId: string;
  district: string | null;
  market: string | null;
}

/** Prices are `null` when the vendor has no product. */
/** Comparable prices of one dimension and currency, exact to six decimals. */
export interface VendorPrices extends PriceGroup {
  averagePrice: number;
  minPrice: number;
  maxPrice: number;
  products: number;
}

export interface VendorInventoryStats {
  vendorId: string;
  totalProducts: number;
  byAvailability: Record<Availability, number>;
  byCategory: Record<string, number>;
  /** Of each group of comparable prices, that with the most products first. */
  prices: VendorPrices[];
  /**
   * Of the first of these groups: per unit if all its products are sold by the same, else per kg, piece or litre. The
   * average has two decimals. Null without products.
   */
  averagePrice: number | null;
  minPrice: number | null;
  maxPrice: number | null;
  /** Unit and currency of these three. */
  priceUnit: string | null;
  priceCurrency: string | null;
  lastUpdatedAt: string | null;
}
