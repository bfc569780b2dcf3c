import { measureOf, type Placed, type SeriesBucket, type SeriesRevisions } from '../../contracts/index.js';

/** Of which prices a series is. */
export interface SeriesFilter {
  commodity?: string | undefined;
  productId?: string | undefined;
  state?: string | undefined;
  district?: string | undefined;
  market?: string | undefined;
  variety?: string | undefined;
  /** Market days, both included; whole buckets. */
  from: string;
  to: string;
  bucket: SeriesBucket;
  unit: string;
  currency: string;
  revisions: SeriesRevisions;
}

/** With places as vendors spell them. */
export type PlacedFilter = Placed<SeriesFilter>;

/** What the unit of a series is compared in, and how many of that it holds. */
export const measureOfSeries = ({ unit }: SeriesFilter): { per: string; factor: number } => measureOf(unit);

/**
 * The state whose days are kept that a series is of, empty for the whole country; undefined if it is of another place,
 * or of a state that vendors spell in several ways.
 */
export function stateOfSeries({ state, district, market, spellings }: PlacedFilter): string | undefined {
  if (district !== undefined || market !== undefined) return undefined;
  const names = spellings?.state ?? [state ?? ''];
  return names.length === 1 ? names[0] : undefined;
}

/** Whether the points of a series are kept as they are. */
export function isOfKeptDays(filter: PlacedFilter): boolean {
  const { commodity, productId, variety, bucket, revisions } = filter;
  const isKept = commodity !== undefined && productId === undefined && variety === undefined;
  return isKept && bucket === 'day' && revisions === 'latest' && stateOfSeries(filter) !== undefined;
}
