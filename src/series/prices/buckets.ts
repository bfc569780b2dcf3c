import type { SeriesBucket } from '../../contracts/index.js';
import { dayAfter } from '../../infra/index.js';

/** The first day of the bucket that a day is in. */
export function bucketStart(day: string, bucket: SeriesBucket): string {
  if (bucket === 'day') return day;
  if (bucket === 'month') return `${day.slice(0, 8)}01`;
  const sinceMonday = (new Date(day).getUTCDay() + 6) % 7;
  return dayAfter(day, -sinceMonday);
}

/** The last day of the bucket that a day is in. */
export function bucketEnd(day: string, bucket: SeriesBucket): string {
  if (bucket === 'day') return day;
  if (bucket === 'week') return dayAfter(bucketStart(day, 'week'), 6);
  return dayAfter(bucketStart(dayAfter(bucketStart(day, 'month'), 31), 'month'), -1);
}
