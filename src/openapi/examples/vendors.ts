import type { FoundVendor, Vendor, VendorAlias, VendorInventoryStats } from '../../contracts/index.js';

export const VENDOR_ID = 'vnd_asha';

export const ASHA: Vendor = {
  id: VENDOR_ID,
  name: 'Asha Vegetables',
  names: { hi: 'आशा सब्ज़ी भंडार', pa: 'ਆਸ਼ਾ ਸਬਜ਼ੀਆਂ' },
  market: 'Azadpur',
  district: 'North Delhi',
  state: 'Delhi',
  languages: ['hi', 'pa', 'en'],
  version: 1,
  createdAt: '2026-03-01T03:30:00.000Z',
  updatedAt: '2026-03-01T03:30:00.000Z',
};

export const CREATE_VENDOR = {
  id: VENDOR_ID,
  name: ASHA.name,
  names: ASHA.names,
  market: ASHA.market,
  district: ASHA.district,
  state: ASHA.state,
  languages: ASHA.languages,
};

/** In Tamil, with no id of its own. */
export const CREATE_VENDOR_TAMIL = {
  name: 'முருகன் காய்கறிகள்',
  names: { en: 'Murugan Vegetables', hi: 'मुरुगन सब्ज़ियाँ' },
  market: 'Koyambedu',
  state: 'Tamil Nadu',
  languages: ['ta'],
};

export const FOUND_ASHA: FoundVendor = { ...ASHA, inventory: { total: 2, available: 1 } };

/** As today's portal spells a market. */
export const ALIAS_MARKET = 'Azadpur APMC';

export const ASHA_ALIAS: VendorAlias = {
  state: 'NCT of Delhi',
  district: 'Delhi',
  market: ALIAS_MARKET,
  createdAt: '2026-03-02T04:05:06.789Z',
};

export const ASHA_STATS: VendorInventoryStats = {
  vendorId: VENDOR_ID,
  totalProducts: 2,
  byAvailability: { available: 1, limited: 1, out_of_stock: 0 },
  byCategory: { vegetables: 1, spices: 1 },
  prices: [{ per: 'kg', currency: 'INR', averagePrice: 98.25, minPrice: 26.5, maxPrice: 170, products: 2 }],
  averagePrice: 98.25,
  minPrice: 26.5,
  maxPrice: 170,
  priceUnit: 'kg',
  priceCurrency: 'INR',
  lastUpdatedAt: '2026-03-02T04:05:06.789Z',
};
