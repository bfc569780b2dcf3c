import {
  comparablePriceOf,
  type FoundProduct,
  pricePerOf,
  type Product,
  type ProductFields,
} from '../../contracts/index.js';
import { SETTABLE_SCHEMAS } from '../../validation/index.js';
import { ASHA, VENDOR_ID } from './vendors.js';

export const ONION_ID = 'prd_0195550a40007d2c9b1f6a2d4c8e0f13';
export const TURMERIC_ID = 'prd_0195550a40017aa1b8f3e5d7c9b1a2f4';

/** The first example of each field. */
const FIELDS = Object.fromEntries(
  Object.entries(SETTABLE_SCHEMAS).map(([field, { examples }]) => [field, (examples as unknown[])[0]]),
) as unknown as ProductFields;

export const ONION: Product = {
  id: ONION_ID,
  vendorId: VENDOR_ID,
  ...FIELDS,
  comparablePrice: comparablePriceOf(FIELDS),
  version: 1,
  createdAt: '2026-03-01T03:35:00.000Z',
  updatedAt: '2026-03-01T03:35:00.000Z',
};

export const TURMERIC: Product = priced({
  ...ONION,
  id: TURMERIC_ID,
  sku: 'HALDI-ERODE',
  name: 'हल्दी',
  names: { en: 'Turmeric', te: 'పసుపు', ml: 'മഞ്ഞൾ' },
  description: null,
  category: 'spices',
  commodity: 'turmeric',
  variety: 'Erode finger',
  grade: null,
  basePrice: 17_000,
  minPrice: null,
  maxPrice: null,
  unit: 'quintal',
  availability: 'limited',
});

/** After an update of its price, on the next day. */
export const DEARER_ONION: Product = priced({
  ...ONION,
  basePrice: 31,
  minPrice: null,
  maxPrice: null,
  pricedOn: '2026-03-02',
  version: 2,
  updatedAt: '2026-03-02T04:05:06.789Z',
});

export const SCARCE_ONION: Product = { ...ONION, availability: 'limited', version: 2 };

const { pricedOn: _today, ...OF_TODAY } = FIELDS;
export const CREATE_ONION = { vendorId: VENDOR_ID, ...OF_TODAY, sku: 'ONION-RED-2' };

function priced(product: Product): Product {
  return { ...product, comparablePrice: comparablePriceOf(product) };
}

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
  pricePer: pricePerOf(ONION, {}),
};
