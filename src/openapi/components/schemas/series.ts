import {
  MOVER_WINDOWS,
  type Mover,
  type Movers,
  type PriceComparison,
  type PriceSeries,
  type SeriesCommodity,
  type SeriesPoint,
  type StockInsight,
  type StockInsights,
  type VendorInsights,
} from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { count, epoch, id, listOf, object, oneOfTexts, schemaRef, slug } from './schema.js';

const day = (description: string): Schema => ({ type: 'string', format: 'date', description });
const share = (description: string): Schema => ({ type: 'number', minimum: 0, maximum: 1, description });
const price = (description: string): Schema => ({ type: ['number', 'null'], minimum: 0, description });

export const SERIES_SCHEMAS: Readonly<Record<string, Schema>> = {
  PriceSeries: object<PriceSeries>({
    unit: { type: 'string', description: 'Of all prices' },
    currency: { type: 'string', description: 'ISO 4217' },
    points: listOf(schemaRef('SeriesPoint'), { description: 'Oldest first; a bucket without reports is no point' }),
    epoch,
    position: count('Log position: everything up to here is in the points'),
  }),

  SeriesPoint: object<SeriesPoint>({
    from: day('First day of the bucket'),
    to: day('Last day of the bucket'),
    min: price('Lowest price reported'),
    max: price('Highest price reported'),
    first: price('Mean of the modal prices of the first day that has reports'),
    last: price('The same of the last day'),
    mean: price('Of the modal prices, each report counting as one'),
    weightedMean: price('Of the modal prices of reports with arrivals, by what arrived'),
    median: price('Of the modal prices'),
    arrivalsKg: price('What has arrived; null if no report says so'),
    reports: count('One is of one product of one market on one day'),
    markets: count('Markets that have reported'),
    reportingShare: {
      type: ['number', 'null'],
      minimum: 0,
      maximum: 1,
      description:
        'How much of what the place normally reports has been reported: the median of the same weekday of the four weeks ' +
        'before; null if fewer than three of them have reports. Three quarters of a day are there one day later, nearly all after three',
    },
    suspicious: count('Reports with a jump of the price, five times or a fifth within 30 days: in no figure'),
  }),

  Movers: object<Movers>({
    window: oneOfTexts(MOVER_WINDOWS),
    unit: { type: 'string', description: 'Of all prices' },
    currency: { type: 'string', description: 'ISO 4217' },
    movers: listOf(schemaRef('Mover'), {
      maxItems: 100,
      description: 'Those that have changed most first, up or down',
    }),
    epoch,
    position: count('Log position: everything up to here is in the changes'),
  }),

  Mover: object<Mover>({
    commodity: slug('As products have it'),
    day: day('Newest market day on which enough markets have reported it'),
    before: day('The day that it is compared with'),
    price: {
      type: 'number',
      minimum: 0,
      description: 'Mean of what the same markets have reported of the same products',
    },
    priceBefore: { type: 'number', minimum: 0, description: 'The same on the day before' },
    change: { type: 'number', description: 'Of the price' },
    changePercent: { type: 'number', description: 'Of the price before, with two decimals' },
    markets: count('Markets that have reported on both days', 3),
    weighted: {
      type: 'boolean',
      description: 'Whether the means are by what has arrived on both days together; else arrivals aren’t known of all',
    },
  }),

  StockInsights: object<StockInsights>({
    insights: listOf(schemaRef('StockInsight'), { maxItems: 1_000, description: 'Those of most products first' }),
    epoch,
    position: count('Log position: everything up to here is counted'),
  }),

  StockInsight: object<StockInsight>({
    category: slug('Of the products'),
    state: { type: ['string', 'null'], description: 'Of the vendors; null: those without one' },
    products: count('How many there are'),
    available: share('What is available of them'),
    limited: share('What is limited'),
    outOfStock: share('What is out of stock'),
    outOfStockHours: {
      type: ['number', 'null'],
      minimum: 0,
      description: 'How long what is out of stock has been so, on average; null if nothing is',
    },
    changesPerHour: {
      type: 'number',
      minimum: 0,
      description: 'Creations, deletions and changes, prices among them: the mean of the last 24 hours',
    },
  }),

  VendorInsights: object<VendorInsights>({
    vendorId: id('The vendor'),
    products: count('How many it has'),
    outOfStock: share('What is out of stock of them'),
    freshness: object<VendorInsights['freshness']>({
      today: count('Products whose price is of today'),
      thisWeek: count('Of the six days before'),
      older: count('Older'),
    }),
    prices: listOf(schemaRef('PriceComparison'), { maxItems: 100, description: 'Those that differ most first' }),
  }),

  PriceComparison: object<PriceComparison>({
    productId: id('The product'),
    name: { type: 'string' },
    commodity: slug('What it is'),
    price: { type: 'number', minimum: 0, description: 'Per `unit` in `currency`' },
    unit: { type: 'string' },
    currency: { type: 'string', description: 'ISO 4217' },
    marketMedian: {
      type: 'number',
      minimum: 0,
      description: 'Of what markets of the vendor’s state have reported of the commodity, per the same unit',
    },
    day: day('Newest market day with such reports'),
    differencePercent: { type: 'number', description: 'How much dearer than the median it is; negative: cheaper' },
  }),

  SeriesCommodities: object<{ commodities: SeriesCommodity[] }>({
    commodities: listOf(schemaRef('SeriesCommodity'), { maxItems: 1_000, description: 'Those of most markets first' }),
  }),

  SeriesCommodity: object<SeriesCommodity>({
    commodity: slug('As products have it'),
    markets: count('Markets that have reported it'),
    products: count('Products that prices were reported of'),
    lastDay: day('Newest market day'),
  }),
};
