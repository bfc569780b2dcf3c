import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Histogram buckets in seconds, from a cache hit to the requirement's minute. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** The instance's metrics. Every module declares its own here; `ops` serves them. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly errors = this.counter('errors_total', 'Errors by type.', ['type']);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
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
    values: () => Record<string, number>,
  ): Gauge<Label> {
    return new Gauge<Label>({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        for (const [key, value] of Object.entries(values())) {
          this.set({ [label]: key } as Record<Label, string>, value);
        }
      },
    });
  }

  histogram<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] });
  }
}
