import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { Durations } from './durations.js';

/** Histogram buckets in seconds, from a cache hit to the requirement's minute. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** Gauges that are called as counters are; others say the same, by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** The instance's metrics. Every module declares its own here; `ops` serves them. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly errors = this.counter('errors_total', 'Errors by type.', ['type']);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  /**
   * @param labels names; or names with all values, which are there, at 0, from the start: a rate can't be told from
   *   a counter that appears with its first event
   */
  counter<Label extends string>(
    name: string,
    help: string,
    labels: readonly Label[] | Readonly<Record<Label, readonly string[]>> = [],
  ): Counter<Label> {
    const known = isNames(labels) ? undefined : labels;
    const labelNames = isNames(labels) ? labels : (Object.keys(labels) as Label[]);
    const counter = new Counter({ name, help, labelNames, registers: [this.registry] });
    if (known) for (const values of combinations(known)) counter.inc(values, 0);
    return counter;
  }

  /**
   * A counter of what is counted elsewhere, where it costs less than here: prom-client makes a text of the labels each
   * time.
   *
   * @param counts all that has ever been counted, with its labels
   */
  counted<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    counts: () => Iterable<[labels: Record<Label, string>, count: number]>,
  ): void {
    new Counter({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [labels, count] of counts()) this.inc(labels, count);
      },
    });
  }

  /** A histogram for what comes too often for `histogram`. */
  durations(name: string, help: string): Durations {
    const durations = new Durations(name, help, SECONDS);
    this.registry.registerMetric(durations.asMetric());
    return durations;
  }

  /** One that is always 1, whose labels say something. */
  info<Label extends string>(name: string, help: string, labels: Readonly<Record<Label, string>>): void {
    const labelNames = Object.keys(labels) as Label[];
    new Gauge({ name, help, labelNames, registers: [this.registry] }).set(labels, 1);
  }

  /** A gauge that asks `value` when it is scraped. */
  gauge(name: string, help: string, value: () => number | Promise<number>): Gauge {
    return new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await value());
      },
    });
  }

  labelledGauge<Label extends string>(
    name: string,
    help: string,
    label: Label,
    values: () => Record<string, number> | Promise<Record<string, number>>,
  ): Gauge<Label> {
    return new Gauge<Label>({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      async collect() {
        const now = Object.entries(await values());
        this.reset();
        for (const [key, value] of now) {
          this.set({ [label]: key } as Record<Label, string>, value);
        }
      },
    });
  }

  histogram<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] });
  }
}

function isNames<Label extends string>(labels: readonly Label[] | object): labels is readonly Label[] {
  return Array.isArray(labels);
}

function combinations<Label extends string>(values: Readonly<Record<Label, readonly string[]>>) {
  let all: Partial<Record<Label, string>>[] = [{}];
  for (const name of Object.keys(values) as Label[]) {
    all = all.flatMap((one) => values[name].map((value) => ({ ...one, [name]: value })));
  }
  return all;
}
