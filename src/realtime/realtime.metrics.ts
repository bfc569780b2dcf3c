import { Injectable } from '@nestjs/common';
import { Metrics } from '../infra/index.js';
import { RoomMembership } from './room-membership.js';

@Injectable()
export class RealtimeMetrics {
  readonly notificationsSent = this.metrics.counter(
    'realtime_notifications_sent_total',
    'Notifications handed to sockets of this instance.',
  );

  constructor(
    private readonly metrics: Metrics,
    membership: RoomMembership,
  ) {
    metrics.gauge('realtime_connections', 'Sockets connected to this instance.', () => membership.connections);
    metrics.labelledGauge('realtime_subscriptions', 'Room subscriptions on this instance.', 'type', () =>
      membership.subscriptions(),
    );
  }
}
