import { Injectable } from '@nestjs/common';
import type { ConsumerState } from '../contracts/index.js';
import { Metrics } from '../infra/index.js';
import { ConsumerStates } from './store/consumer-states.js';

/** Counters of consumers by name; each is there, with 0, as soon as its consumer is known to the instance. */
@Injectable()
export class ConsumersMetrics {
  private readonly attempts = this.metrics.counter(
    'inventory_consumer_attempts_total',
    'Attempts of consumers to handle an event, by their result; `leased`: handed to a client over HTTP.',
    ['consumer', 'result'],
  );
  private readonly parked = this.metrics.counter(
    'inventory_consumer_parked_total',
    'Events that have had all their attempts.',
    ['consumer'],
  );
  private readonly owners = this.metrics.counter(
    'inventory_consumer_owner_changes_total',
    'Partitions of consumers that this instance has taken over.',
    ['consumer'],
  );

  constructor(
    private readonly metrics: Metrics,
    states: ConsumerStates,
  ) {
    const gauge = (name: string, help: string, value: (state: ConsumerState) => number): void =>
      void metrics.labelledGauge(name, help, 'consumer', async () => {
        // A scrape must work while PostgreSQL doesn't.
        const known = await states.recent().catch(() => []);
        return Object.fromEntries(known.map((state) => [state.name, value(state)]));
      });
    gauge('inventory_consumer_lag_positions', 'Positions of the log behind the checkpoint.', ({ lag }) => lag);
    gauge('inventory_consumer_lag_seconds', 'Age of the first event behind the checkpoint.', (one) => one.lagSeconds);
    gauge('inventory_consumer_failing', 'Events that wait for another attempt.', ({ failing }) => failing);
    gauge('inventory_consumer_parked', 'Events that are parked now.', ({ parked }) => parked);
  }

  known(consumer: string): void {
    for (const result of ['handled', 'failed', 'leased']) this.attempts.inc({ consumer, result }, 0);
    this.parked.inc({ consumer }, 0);
    this.owners.inc({ consumer }, 0);
  }

  attempted(consumer: string, handled: number, failed: number, parked: number): void {
    this.attempts.inc({ consumer, result: 'handled' }, handled);
    this.attempts.inc({ consumer, result: 'failed' }, failed);
    this.parked.inc({ consumer }, parked);
  }

  leased(consumer: string, events: number): void {
    this.attempts.inc({ consumer, result: 'leased' }, events);
  }

  gained(consumer: string): void {
    this.owners.inc({ consumer });
  }
}
