import type { MarketPricesPage, ProductEvent } from '../../contracts/index.js';
import { DEARER_ONION, ONION } from './products.js';

export const EPOCH = '01955509-7c00-7b3e-8d4a-5f6e7d8c9b0a';
export const CORRELATION_ID = '01955a1e-2f40-7c6b-9a8d-3e5f7a9b1c2d';

export const ONION_CREATED: ProductEvent = {
  eventId: '0195550a-4000-7e8f-8a1b-2c3d4e5f6a7b',
  epoch: EPOCH,
  position: 1041,
  eventType: 'product_created',
  productId: ONION.id,
  vendorId: ONION.vendorId,
  category: ONION.category,
  version: ONION.version,
  changes: [],
  product: ONION,
  correlationId: CORRELATION_ID,
  cause: {},
  observation: null,
  region: 'local',
  occurredAt: ONION.createdAt,
};

export const ONION_DEARER: ProductEvent = {
  ...ONION_CREATED,
  eventId: '01955a4b-1115-7d6c-9b8a-7f6e5d4c3b2a',
  position: 1042,
  eventType: 'price_changed',
  version: DEARER_ONION.version,
  changes: (['basePrice', 'pricedOn', 'minPrice', 'maxPrice'] as const).map((field) => ({
    field,
    oldValue: ONION[field],
    newValue: DEARER_ONION[field],
  })),
  product: DEARER_ONION,
  occurredAt: DEARER_ONION.updatedAt,
};

export const ONION_PRICES: MarketPricesPage = {
  items: [
    {
      day: '2026-03-02',
      min: 2_400,
      max: 3_200,
      modal: 2_850,
      unit: 'quintal',
      currency: 'INR',
      arrivals: { quantity: 1_535.5, unit: 'tonne', kg: 1_535_500 },
      revision: 2,
      source: 'agmarknet2-arrival-report',
      flags: [],
      recordedAt: ONION_DEARER.occurredAt,
      position: ONION_DEARER.position,
    },
  ],
  nextCursor: null,
};

/** A position that is asked for. */
export const AS_OF = 1_043_043;
