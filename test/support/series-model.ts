import type { SeriesBucket, SeriesPoint } from '../../src/contracts/index.js';
import { bucketEnd, bucketStart } from '../../src/series/prices/buckets.js';

/** A report as a file has it: per quintal, in rupees. */
export interface Reported {
  state: string;
  market: string;
  variety: string;
  day: string;
  min: number;
  max: number;
  modal: number;
  /** Arrivals in quintals. */
  arrived?: number;
}

type Figures = Omit<SeriesPoint, 'reportingShare'>;

const LAYOUT =
  'State/UT,District,Market,Commodity Group,Commodity,Variety,Grade,Min Price,Max Price,Modal Price,Price Unit,Arrival Quantity,Arrival Unit,Arrival Date';

/** Reports as a file of the portal's "Daily Price Arrival Report". */
export function arrivalReport(reports: readonly Reported[], commodity = 'Onion'): string {
  const lines = reports.map(({ state, market, variety, day, min, max, modal, arrived }) => {
    const [year, month, date] = day.split('-');
    const prices = `${min},${max},${modal},Rs./Quintal`;
    const arrivals = `${arrived ?? ''},Quintal,${date}-${month}-${year}`;
    return `${state},${state} District,${market},Vegetables,${commodity},${variety},FAQ,${prices},${arrivals}`;
  });
  return ['Title,,,,,,,,,,,,,', LAYOUT, ...lines].join('\n');
}

/** The points that reports amount to, one for each product and day, in whole paise throughout. None is suspicious. */
export function pointsOf(reports: readonly Reported[], bucket: SeriesBucket, days?: [string, string]): Figures[] {
  const byBucket = new Map<string, Reported[]>();
  for (const report of reports) {
    if (days && (report.day < days[0] || report.day > days[1])) continue;
    const start = bucketStart(report.day, bucket);
    byBucket.set(start, [...(byBucket.get(start) ?? []), report]);
  }
  return [...byBucket].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, some]) => pointOf(some, bucket));
}

function pointOf(reports: readonly Reported[], bucket: SeriesBucket): Figures {
  const days = reports.map(({ day }) => day).sort();
  const meanOf = (some: readonly Reported[]): number =>
    quotient(sum(some.map(({ modal }) => paise(modal))), some.length);
  const onDay = (day: string | undefined): Reported[] => reports.filter((report) => report.day === day);
  const sorted = reports.map(({ modal }) => paise(modal)).sort((one, other) => one - other);
  const middle = [sorted[Math.floor((sorted.length - 1) / 2)]!, sorted[Math.floor(sorted.length / 2)]!];
  const weighed = reports.filter(({ arrived }) => arrived !== undefined);
  const weight = sum(weighed.map(({ arrived }) => arrived!));
  return {
    from: bucketStart(days[0]!, bucket),
    to: bucketEnd(days[0]!, bucket),
    min: Math.min(...reports.map(({ min }) => min)),
    max: Math.max(...reports.map(({ max }) => max)),
    first: meanOf(onDay(days[0])),
    last: meanOf(onDay(days.at(-1))),
    mean: meanOf(reports),
    weightedMean:
      weight > 0 ? quotient(sum(weighed.map(({ modal, arrived }) => paise(modal) * arrived!)), weight) : null,
    median: quotient(sum(middle), 2),
    arrivalsKg: weighed.length > 0 ? 100 * weight : null,
    reports: reports.length,
    markets: new Set(reports.map(({ state, market }) => `${state} ${market}`)).size,
    suspicious: 0,
  };
}

const paise = (rupees: number): number => Math.round(rupees * 100);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** Of whole numbers of paise, in rupees, rounded half up. */
const quotient = (dividend: number, divisor: number): number =>
  Math.floor((2 * dividend + divisor) / (2 * divisor)) / 100;
