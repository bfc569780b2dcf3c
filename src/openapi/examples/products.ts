import type { FoundProduct, Product } from '../../contracts/index.js';
import { ASHA, VENDOR_ID } from './vendors.js';

export const ONION_ID = 'prd_0195550a40007d2c9b1f6a2d4c8e0f13';
export const TURMERIC_ID = 'prd_0195550a40017aa1b8f3e5d7c9b1a2f4';

export const ONION: Product = {
  id: ONION_ID,
  vendorId: VENDOR_ID,
  sku: 'ONION-RED-1',
  name: 'Onion',
  names: { hi: 'प्याज', ta: 'வெங்காயம்', bn: 'পেঁয়াজ', ur: 'پیاز' },
  description: 'Red, medium, this week’s harvest',
  category: 'vegetables',
  unit: 'kg',
  basePrice: 26.5,
  currency: 'INR',
  availability: 'available',
  version: 1,
  createdAt: '2026-03-01T03:35:00.000Z',
  updatedAt: '2026-03-01T03:35:00.000Z',
};

export const TURMERIC: Product = {
  ...ONION,
  id: TURMERIC_ID,
  sku: 'HALDI-ERODE',
  name: 'हल्दी',
  names: { en: 'Turmeric', te: 'పసుపు', ml: 'മഞ്ഞൾ' },
  description: null,
  category: 'spices',
  basePrice: 170,
  availability: 'limited',
};

/** After an update of its price. */
export const DEARER_ONION: Product = { ...ONION, basePrice: 31, version: 2, updatedAt: '2026-03-02T04:05:06.789Z' };

export const SCARCE_ONION: Product = { ...DEARER_ONION, basePrice: 26.5, availability: 'limited' };

export const CREATE_ONION = {
  vendorId: VENDOR_ID,
  sku: 'ONION-RED-2',
  name: ONION.name,
  names: ONION.names,
  description: ONION.description,
  category: ONION.category,
  unit: ONION.unit,
  basePrice: ONION.basePrice,
  currency: ONION.currency,
  availability: ONION.availability,
};

export const FOUND_ONION: FoundProduct = {
  ...ONION,
  vendor: {
    id: ASHA.id,
    name: ASHA.name,
    names: ASHA.names,
    market: ASHA.market,
    district: ASHA.district,
    state: ASHA.state,
  },
  displayName: 'प्याज',
};
