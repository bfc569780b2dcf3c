/** Buckets, and reports that are known to be in them, that are counted by one statement: it takes some seconds. */
const AT_ONCE = 500;
const REPORTS_AT_ONCE = 50_000;

/** Where reports are counted; `reports`: how many of them have moved there, or away from there. */
export interface BucketRow {
  commodity: string;
  state: string | null;
  day: string;
  reports?: number;
}

interface Bucket {
  commodity: string;
  state: string;
  day: string;
  reports: number;
}

/** Commodities, states and days whose reports are to be counted anew; without a state: those of the whole country. */
export class Buckets {
  /** Whether a report may have left one of them. */
  wereLeft = false;
  private readonly buckets = new Map<string, Bucket>();

  /** @param everywhere whether those of the whole country, too */
  add(rows: readonly BucketRow[], everywhere = true): void {
    for (const { commodity, state, day, reports = 0 } of rows) {
      if (everywhere) this.addOne({ commodity, state: '', day, reports });
      if (state) this.addOne({ commodity, state, day, reports });
    }
  }

  /** Their columns, some at a time. */
  *columns(): Generator<[commodities: string[], states: string[], days: string[]]> {
    const weight = ({ reports }: Bucket): number => Math.max(reports, REPORTS_AT_ONCE / AT_ONCE);
    for (const some of slicesOf([...this.buckets.values()], REPORTS_AT_ONCE, weight)) {
      yield [some.map(({ commodity }) => commodity), some.map(({ state }) => state), some.map(({ day }) => day)];
    }
  }

  private addOne(bucket: Bucket): void {
    // No text in PostgreSQL has a NUL, and a state may have blanks.
    const key = `${bucket.day}\0${bucket.commodity}\0${bucket.state}`;
    const known = this.buckets.get(key);
    if (known) known.reports += bucket.reports;
    else this.buckets.set(key, bucket);
  }
}

/** Values in their order, in parts that weigh so much together at most, or are of one value. */
export function* slicesOf<Value>(
  values: readonly Value[],
  atMost: number,
  weightOf: (value: Value) => number,
): Generator<Value[]> {
  let slice: Value[] = [];
  let weight = 0;
  for (const value of values) {
    const own = weightOf(value);
    if (slice.length > 0 && weight + own > atMost) {
      yield slice;
      slice = [];
      weight = 0;
    }
    slice.push(value);
    weight += own;
  }
  if (slice.length > 0) yield slice;
}
