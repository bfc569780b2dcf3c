import { Injectable } from '@nestjs/common';
import type { SeriesUpdated } from '../../contracts/index.js';
import { isUndefined, SqlClient } from '../../database/index.js';
import { Clock, MarketCalendar } from '../../infra/index.js';
import { type PointFigures, withShare } from '../prices/price-series.js';
import { ReportingShares } from '../prices/reporting-share.js';
import { MOST_CHANGED, READ_CHANGED } from './changed-points.sql.js';

/** A series by day: of a commodity in a state; the empty state is the whole country. */
export interface SeriesKey {
  commodity: string;
  state: string;
}

/** The same for the same series, and for no other: neither part has a NUL. */
export const nameOf = ({ commodity, state }: SeriesKey): string => `${commodity}\0${state}`;

export interface ChangedPoints {
  /** In position order. */
  updates: SeriesUpdated[];
  /** What has changed after the position that was asked for, and up to here, is in `updates`. */
  position: number;
}

interface Row {
  changed: (Omit<SeriesUpdated, 'point'> & { point: PointFigures; counts: Record<string, number> })[];
  position: string | null;
}

/** Reads what has changed in some series. */
@Injectable()
export class ChangedPointsReader {
  constructor(
    private readonly sql: SqlClient,
    private readonly calendar: MarketCalendar,
    private readonly clock: Clock,
  ) {}

  /** How far the tables are. */
  async position(): Promise<number> {
    return (await this.after(Number.MAX_SAFE_INTEGER, [])).position;
  }

  /** Nothing, at position 0, while there are no tables yet. */
  async after(position: number, series: readonly SeriesKey[] | 'all', limit = MOST_CHANGED): Promise<ChangedPoints> {
    const today = this.calendar.dayOf(this.clock.now());
    const columns =
      series === 'all' ? [null, null] : [series.map(({ commodity }) => commodity), series.map(({ state }) => state)];
    const row = await this.read([...columns, position, limit]);
    const updates = row.changed.map(({ point, counts, ...update }) => ({
      ...update,
      point: withShare(point, new ReportingShares(counts, today)),
    }));
    // Of many only the first have been read.
    const reached = updates.length >= limit ? updates.at(-1)!.position : Number(row.position ?? 0);
    return { updates, position: reached };
  }

  private async read(values: unknown[]): Promise<Row> {
    try {
      const [row] = await this.sql.query<Row>(READ_CHANGED, values);
      return row!;
    } catch (error) {
      if (isUndefined(error)) return { changed: [], position: null };
      throw error;
    }
  }
}
