import type { Metric } from 'prom-client';

/** One line of a histogram. */
interface Line {
  labels: Record<string, string | number>;
  value: number;
  metricName: string;
}

/** Durations with one set of labels; to be kept by the caller. */
export interface DurationTally {
  observe(seconds: number): void;
}

/**
 * A histogram whose labels are told from each other by the caller. That of prom-client makes a text of the labels for
 * each duration and looks it up twice, which takes a twentieth of a cached search (docs/performance.md). It is
 * registered and scraped as those are, with the same lines.
 */
export class Durations {
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  private readonly tallies: Tally[] = [];

  /** @param bounds upper bounds of the buckets, seconds, rising */
  constructor(
    readonly name: string,
    readonly help: string,
    private readonly bounds: readonly number[],
  ) {}

  /** Labels that were asked for before have a tally of their own already: both would be scraped. */
  tally(labels: Readonly<Record<string, string | number>>): DurationTally {
    const tally = new Tally(labels, this.bounds);
    this.tallies.push(tally);
    return tally;
  }

  get(): Promise<Pick<this, 'name' | 'help' | 'type' | 'aggregator'> & { values: Line[] }> {
    const { name, help, type, aggregator } = this;
    const values = this.tallies.flatMap((tally) => tally.lines(name));
    return Promise.resolve({ name, help, type, aggregator, values });
  }

  /** As a registry takes it, which asks only for what is here. */
  asMetric(): Metric {
    return this as unknown as Metric;
  }
}

class Tally implements DurationTally {
  /** Durations of each bucket, and last those above all bounds. */
  private readonly counts: number[];
  private sum = 0;

  constructor(
    private readonly labels: Readonly<Record<string, string | number>>,
    private readonly bounds: readonly number[],
  ) {
    this.counts = Array<number>(bounds.length + 1).fill(0);
  }

  observe(seconds: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && seconds > bounds[bucket]!) bucket += 1;
    counts[bucket]! += 1;
    this.sum += seconds;
  }

  /** Buckets count all that is in those below as well. */
  lines(name: string): Line[] {
    const { labels } = this;
    let count = 0;
    const buckets = this.counts.map((ofBucket, bucket): Line => {
      count += ofBucket;
      return { labels: { le: this.bounds[bucket] ?? '+Inf', ...labels }, value: count, metricName: `${name}_bucket` };
    });
    return [
      ...buckets,
      { labels, value: this.sum, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  }
}
