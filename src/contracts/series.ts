export const SERIES_BUCKETS = ['day', 'week', 'month'] as const;
/** Weeks are those of ISO 8601, from Monday on. */
export type SeriesBucket = (typeof SERIES_BUCKETS)[number];

export const SERIES_REVISIONS = ['latest', 'first'] as const;
/** Of several reports of one product and day the last one, or what was known first. */
export type SeriesRevisions = (typeof SERIES_REVISIONS)[number];

/**
 * What was reported of one bucket; a bucket without reports is no point. Prices are per `unit` and in `currency` of the
 * series, rounded to two decimals, and null where nothing was reported that they could be made of.
 */
export interface SeriesPoint {
  /** First and last day of the bucket, `yyyy-mm-dd`. */
  from: string;
  to: string;
  /** Lowest and highest price reported. */
  min: number | null;
  max: number | null;
  /** Means of the modal prices of the first and the last day that has reports. */
  first: number | null;
  last: number | null;
  /** Of the modal prices, each report counting as one. */
  mean: number | null;
  /** Of the modal prices of reports with arrivals, by what arrived. */
  weightedMean: number | null;
  median: number | null;
  /** Null if no report has arrivals of a known weight. */
  arrivalsKg: number | null;
  /** A report is one product of one market on one day. */
  reports: number;
  markets: number;
  /** How much of what the place normally reports on such days has been reported, 0 to 1; null if that isn't known. */
  reportingShare: number | null;
  /** Reports with a jump of the price, which no figure above is made of. */
  suspicious: number;
}

export interface PriceSeries {
  unit: string;
  currency: string;
  /** Oldest first. */
  points: SeriesPoint[];
  epoch: string;
  /** Of the log: everything up to here is in the points. */
  position: number;
}

/** A commodity of which prices have been reported. */
export interface SeriesCommodity {
  commodity: string;
  /** That have reported it. */
  markets: number;
  products: number;
  /** Newest market day. */
  lastDay: string;
}

export const MOVER_WINDOWS = ['1d', '7d', '30d'] as const;
export type MoverWindow = (typeof MOVER_WINDOWS)[number];

/** How a price has changed in markets that have reported the same products on both days. */
export interface Mover {
  commodity: string;
  day: string;
  /** The day that it is compared with. */
  before: string;
  /** Means of the modal prices of these products, per `unit` and in `currency` of the answer. */
  price: number;
  priceBefore: number;
  change: number;
  changePercent: number;
  markets: number;
  /** Whether the means are by what has arrived on both days together; else arrivals aren't known of all of them. */
  weighted: boolean;
}

export interface Movers {
  window: MoverWindow;
  unit: string;
  currency: string;
  /** Those that have changed most first, up or down. */
  movers: Mover[];
  epoch: string;
  position: number;
}

/** What there is of a category in a state now. */
export interface StockInsight {
  category: string;
  /** Null: of vendors without one. */
  state: string | null;
  products: number;
  /** Shares of the products, 0 to 1 with three decimals. */
  available: number;
  limited: number;
  outOfStock: number;
  /** How long what is out of stock has been so, in hours on average; null if nothing is. */
  outOfStockHours: number | null;
  /** Creations, deletions and changes of products, prices among them: the mean of the last 24 hours. */
  changesPerHour: number;
}

export interface StockInsights {
  /** Those of most products first. */
  insights: StockInsight[];
  epoch: string;
  position: number;
}

/** A price of a vendor beside what markets of its state have reported of the commodity. */
export interface PriceComparison {
  productId: string;
  name: string;
  commodity: string;
  /** Per `unit`, as is the median. */
  price: number;
  unit: string;
  currency: string;
  /** Of the newest day with reports. */
  marketMedian: number;
  day: string;
  /** How much dearer than the median it is; negative: cheaper. */
  differencePercent: number;
}

/** A vendor's view of its own products. */
export interface VendorInsights {
  vendorId: string;
  products: number;
  /** Share of the products, 0 to 1 with three decimals. */
  outOfStock: number;
  /** Products by the age of their price. */
  freshness: { today: number; thisWeek: number; older: number };
  /** Those that differ most first, at most 100. */
  prices: PriceComparison[];
}
