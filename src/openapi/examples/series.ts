import type { Movers, PriceSeries, SeriesCommodity, StockInsights, VendorInsights } from '../../contracts/index.js';
import { EPOCH } from './events.js';
import { ONION_ID } from './products.js';
import { VENDOR_ID } from './vendors.js';

export const ONION_SERIES: PriceSeries = {
  unit: 'quintal',
  currency: 'INR',
  points: [
    {
      from: '2026-03-02',
      to: '2026-03-02',
      min: 900,
      max: 2_450,
      first: 1_712.35,
      last: 1_712.35,
      mean: 1_712.35,
      weightedMean: 1_688.2,
      median: 1_700,
      arrivalsKg: 4_120_500,
      reports: 97,
      markets: 61,
      reportingShare: 0.74,
      suspicious: 1,
    },
  ],
  epoch: EPOCH,
  position: 1041,
};

export const SERIES_COMMODITIES: { commodities: SeriesCommodity[] } = {
  commodities: [{ commodity: 'onion', markets: 61, products: 97, lastDay: '2026-03-02' }],
};

export const MOVERS: Movers = {
  window: '7d',
  unit: 'quintal',
  currency: 'INR',
  movers: [
    {
      commodity: 'tomato',
      day: '2026-03-02',
      before: '2026-02-23',
      price: 4_310.5,
      priceBefore: 3_102.25,
      change: 1_208.25,
      changePercent: 38.95,
      markets: 112,
      weighted: true,
    },
  ],
  epoch: EPOCH,
  position: 1041,
};

export const STOCK_INSIGHTS: StockInsights = {
  insights: [
    {
      category: 'vegetables',
      state: 'Delhi',
      products: 412,
      available: 0.871,
      limited: 0.08,
      outOfStock: 0.049,
      outOfStockHours: 5.3,
      changesPerHour: 61.25,
    },
  ],
  epoch: EPOCH,
  position: 1041,
};

export const VENDOR_INSIGHTS: VendorInsights = {
  vendorId: VENDOR_ID,
  products: 12,
  outOfStock: 0.083,
  freshness: { today: 9, thisWeek: 2, older: 1 },
  prices: [
    {
      productId: ONION_ID,
      name: 'Onion',
      commodity: 'onion',
      price: 1_900,
      unit: 'quintal',
      currency: 'INR',
      marketMedian: 1_700,
      day: '2026-03-02',
      differencePercent: 11.76,
    },
  ],
};
