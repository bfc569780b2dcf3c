import { Injectable } from '@nestjs/common';
import type { PriceSeries, SeriesPoint } from '../../contracts/index.js';
import { EventLog } from '../../events/index.js';
import { Clock, dayAfter, daysBetween, MarketCalendar, ValidationFailedError } from '../../infra/index.js';
import { plainText } from '../../validation/index.js';
import { SeriesReads } from '../projection/series-reads.js';
import { bucketEnd, bucketStart } from './buckets.js';
import type { PriceSeriesQuery } from './price-series.dto.js';
import { readSeries } from './price-series.sql.js';
import { NORMAL_WEEKS, ReportingShares } from './reporting-share.js';
import { isOfKeptDays, type SeriesFilter } from './series-filter.js';

/** Days of a series without `from`, and of any series at most. */
const DEFAULT_DAYS = 365;
const MAX_DAYS = 3_660;

/** Days that a series may be of: those around them are days of the calendar, too. */
const [FIRST_DAY, LAST_DAY] = ['1900-01-01', '2999-12-31'];

/** A point as it is read: its share depends on other days. */
export type PointFigures = Omit<SeriesPoint, 'reportingShare'>;

interface SeriesRow {
  /** `PointFigures[]` as JSON. */
  points: string;
  counts: Record<string, number>;
  position: string;
}

export interface ReadSeries {
  series: PriceSeries;
  /** Reports that it was counted from; none of one whose points are kept. */
  counted: number;
}

/** What a commodity has cost, by day, week or month. */
@Injectable()
export class PriceSeriesReader {
  constructor(
    private readonly reads: SeriesReads,
    private readonly log: EventLog,
    private readonly calendar: MarketCalendar,
    private readonly clock: Clock,
  ) {}

  /** Throws `ValidationFailedError` for a query of nothing, or of days that are none or too many. */
  async read(query: PriceSeriesQuery): Promise<ReadSeries> {
    const { today } = this;
    const filter = filterOf(query, today);
    const placed = await this.reads.placed(filter);
    const row = await this.reads.read<SeriesRow>(readSeries(placed, dayAfter(filter.from, -7 * NORMAL_WEEKS)));
    const shares = new ReportingShares(row.counts, today);
    const points = (JSON.parse(row.points) as PointFigures[]).map((point) => withShare(point, shares));
    const { unit, currency } = filter;
    const counted = isOfKeptDays(placed) ? 0 : points.reduce((sum, { reports }) => sum + reports, 0);
    return { series: { unit, currency, points, epoch: this.log.epoch, position: row.position }, counted };
  }

  get today(): string {
    return this.calendar.dayOf(this.clock.now());
  }
}

/** The point itself, which has just been read, with its share. */
export function withShare(point: PointFigures, shares: ReportingShares): SeriesPoint {
  return Object.assign(point, { reportingShare: shares.of(point.from, point.to) });
}

/** The filter of a query, its days widened to whole buckets. */
function filterOf({ from, to, unit, ...query }: PriceSeriesQuery, today: string): SeriesFilter {
  const { commodity, productId, bucket } = query;
  if (commodity === undefined && productId === undefined) {
    throw refused('commodity', 'is missing, and so is productId');
  }
  const last = to ?? (from !== undefined && from > today ? from : today);
  const first = from ?? dayAfter(last, 1 - DEFAULT_DAYS);
  for (const [field, day] of [
    ['to', last],
    ['from', first],
  ] as const) {
    if (day < FIRST_DAY || day > LAST_DAY) throw refused(field, `must be from ${FIRST_DAY} to ${LAST_DAY}`);
  }
  if (first > last) throw refused('from', 'must not be after to');
  if (daysBetween(first, last) >= MAX_DAYS) throw refused('from', `must be within ${MAX_DAYS} days of to`);
  return { ...query, unit: plainText(unit), from: bucketStart(first, bucket), to: bucketEnd(last, bucket) };
}

const refused = (field: string, message: string): ValidationFailedError =>
  new ValidationFailedError([{ field, message }]);
