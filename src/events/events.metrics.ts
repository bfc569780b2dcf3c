import { Injectable } from '@nestjs/common';
import { EVENT_TYPES } from '../contracts/index.js';
import { Metrics } from '../infra/index.js';
import { EventLog } from './log/event-log.js';

@Injectable()
export class EventsMetrics {
  readonly published = this.metrics.counter('inventory_events_published_total', 'Events sequenced and published.', {
    event_type: EVENT_TYPES,
  });
  readonly publishFailures = this.metrics.counter(
    'inventory_event_publish_failures_total',
    'Batches that did not reach the bus; receivers repair the gap from the log.',
    ['reason'],
  );
  readonly delivery = this.metrics.histogram(
    'inventory_event_delivery_seconds',
    'From the change to its delivery to local rooms and subscribers.',
  );
  readonly repairs = this.metrics.counter(
    'inventory_event_log_repairs_total',
    'Times this instance read events from the log because the bus had not brought them.',
  );
  readonly subscriberFailures = this.metrics.counter(
    'inventory_subscriber_failures_total',
    'Callbacks of registered subscribers that failed.',
    ['subscriber'],
  );

  constructor(
    private readonly metrics: Metrics,
    log: EventLog,
  ) {
    metrics.gauge('inventory_relay_backlog', 'Committed events that wait for a position.', async () => {
      // A scrape must work while PostgreSQL doesn't; NaN is Prometheus' "unknown".
      const { count } = await log.pending().catch(() => ({ count: Number.NaN }));
      return count;
    });
  }
}
