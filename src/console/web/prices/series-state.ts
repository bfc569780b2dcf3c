import { computed, effect, signal } from '@preact/signals';
import type { Mover, Movers, PriceSeries, SeriesCommodity, SeriesPoint } from '../../../contracts/index.js';
import { get, messageOf } from '../lib/api.js';
import { replaceQuery, route } from '../lib/router.js';
import { client } from '../lib/session.js';
import { per } from '../market/board-state.js';

export const BUCKETS = ['day', 'week', 'month'] as const;
export const RANGES = { '30d': 30, '90d': 90, '1y': 365, '5y': 1_826 } as const;
export const WINDOWS = ['1d', '7d', '30d'] as const;
/** Milliseconds between two readings while prices change. */
const AGAIN = 2_000;
const DAY = 86_400_000;

const initial = route.peek().view === 'prices' ? route.peek().query : new URLSearchParams();

export const commodities = signal<readonly SeriesCommodity[] | null>(null);
export const commodity = signal(initial.get('commodity') ?? '');
export const place = signal(initial.get('state') ?? '');
/** Another place to compare with; empty: none. */
export const other = signal(initial.get('with') ?? '');
export const bucket = signal<string>(initial.get('bucket') ?? 'day');
export const range = signal<keyof typeof RANGES>('1y');
export const span = signal<(typeof WINDOWS)[number]>('1d');

export const series = signal<PriceSeries | null>(null);
export const otherSeries = signal<PriceSeries | null>(null);
export const movers = signal<readonly Mover[]>([]);
export const states = signal<readonly string[]>([]);
export const problem = signal<string | null>(null);

/** Market days that are asked for: up to the newest that the commodity has, be it years ago. */
const days = computed(() => {
  const last = commodities.value?.find((one) => one.commodity === commodity.value)?.lastDay;
  if (last === undefined) return {};
  return { from: new Date(Date.parse(last) - RANGES[range.value] * DAY).toISOString().slice(0, 10), to: last };
});

export const latest = computed<SeriesPoint | null>(() => series.value?.points.at(-1) ?? null);

/** The price that stands for a point: what was sold most counts most, if that is known. */
export const typical = (point: SeriesPoint): number | null => point.weightedMean ?? point.mean;

/** @returns what ends it */
export function openPrices(): () => void {
  let stale = false;
  const turn = signal(0);
  void load();
  const endings = [
    effect(() =>
      replaceQuery({ commodity: commodity.value, state: place.value, with: other.value, bucket: bucket.value }),
    ),
    effect(() => {
      const { value } = turn;
      const aborting = new AbortController();
      void readSeries(aborting.signal, value);
      return () => aborting.abort();
    }),
    effect(() => {
      const { value } = turn;
      const aborting = new AbortController();
      void readMovers(aborting.signal, value);
      return () => aborting.abort();
    }),
    effect(() => {
      if (commodity.value === '' || commodities.value === null) return;
      const filter = { commodity: commodity.value, ...(place.value !== '' && { state: place.value }), ...days.value };
      // Of the other place nothing is said: it is read again with this one.
      const live = client.value.series(filter, (_series, { reason }) => (stale ||= reason !== 'loaded'), {
        onError: () => undefined, // What can't be read is said by `readSeries`.
      });
      return () => live.close();
    }),
  ];
  const timer = setInterval(() => {
    if (!stale || document.hidden) return;
    stale = false;
    turn.value += 1;
  }, AGAIN);
  return () => {
    clearInterval(timer);
    for (const end of endings) end();
  };
}

async function load(): Promise<void> {
  try {
    const [known, counts] = await Promise.all([
      get<{ commodities: SeriesCommodity[] }>('/api/series/commodities'),
      client.peek().products.search({}, { limit: 1, facets: ['state'] }),
    ]);
    states.value = counts.facets?.state?.map(({ value }) => value).sort() ?? [];
    commodities.value = known.commodities.toSorted((one, another) => another.markets - one.markets);
    if (commodity.peek() === '') commodity.value = commodities.value[0]?.commodity ?? '';
  } catch (error) {
    problem.value = messageOf(error);
  }
}

async function readSeries(signal: AbortSignal, _turn: number): Promise<void> {
  if (commodity.value === '' || commodities.value === null) return;
  const query = { commodity: commodity.value, bucket: bucket.value, unit: per.value, ...days.value };
  const [here, there] = [place.value, other.value];
  try {
    const [found, compared] = await Promise.all([
      get<PriceSeries>('/api/series/prices', { ...query, state: here }, signal),
      there === '' ? null : get<PriceSeries>('/api/series/prices', { ...query, state: there }, signal),
    ]);
    series.value = found;
    otherSeries.value = compared;
    problem.value = null;
  } catch (error) {
    if (!signal.aborted) problem.value = messageOf(error);
  }
}

async function readMovers(signal: AbortSignal, _turn: number): Promise<void> {
  const query = { window: span.value, state: place.value, limit: 12 };
  try {
    movers.value = (await get<Movers>('/api/series/movers', query, signal)).movers;
  } catch (error) {
    if (!signal.aborted) problem.value = messageOf(error);
  }
}

/** What is shown, as a file for spreadsheets. */
export function csvOf({ unit, currency, points }: PriceSeries): string {
  const columns = Object.keys(points[0] ?? {}) as (keyof SeriesPoint)[];
  const rows = points.map((point) => columns.map((column) => point[column] ?? '').join(','));
  return [[...columns, 'unit', 'currency'].join(','), ...rows.map((row) => `${row},${unit},${currency}`), ''].join(
    '\r\n',
  );
}
