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

/** Prices are `null` when the vendor has no product. */
export interface VendorInventoryStats {
  vendorId: string;
  totalProducts: number;
  byAvailability: Record<Availability, number>;
  byCategory: Record<string, number>;
  averagePrice: number | null;
  minPrice: number | null;
  maxPrice: number | null;
  lastUpdatedAt: string | null;
}
