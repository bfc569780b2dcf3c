import { Injectable } from '@nestjs/common';
import { Metrics } from '../infra/index.js';
import { ConnectionLimit } from './limits/connection-limit.js';
import { Sessions } from './sessions/sessions.js';

@Injectable()
export class RealtimeMetrics {
  readonly notificationsSent = this.metrics.counter(
    'realtime_notifications_sent_total',
    'Notifications handed to sockets of this instance.',
  );
  readonly replayed = this.metrics.counter(
    'realtime_notifications_replayed_total',
    'Notifications sent again to clients that came back with a position.',
  );
  readonly slow = this.metrics.counter(
    'realtime_slow_clients_total',
    'Clients taken out of their rooms for not reading, and what became of them.',
    { outcome: ['suspended', 'caught_up', 'told', 'disconnected'] },
  );

  constructor(
    private readonly metrics: Metrics,
    sessions: Sessions,
    connections: ConnectionLimit,
  ) {
    metrics.gauge(
      'realtime_connections',
      'Connections of this instance, with or without the namespace.',
      () => connections.count,
    );
    metrics.labelledGauge('realtime_subscriptions', 'Room subscriptions on this instance.', 'type', () =>
      sessions.subscriptions(),
    );
  }

  watchSlow(count: () => number): void {
    this.metrics.gauge('realtime_slow_clients', 'Clients that are out of their rooms for not reading.', count);
  }
}
