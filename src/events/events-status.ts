import { Injectable } from '@nestjs/common';
import { EventBus } from './bus/event-bus.js';
import { LogHistory } from './log/log-history.js';
import { LeaderElection } from './sequencer/leader-election.js';

/** How the machinery behind the log is doing, for health and for work that one instance does for all. */
@Injectable()
export class EventsStatus {
  constructor(
    private readonly leadership: LeaderElection,
    private readonly bus: EventBus,
    private readonly history: LogHistory,
  ) {}

  /** Whether this instance runs the relay, as far as it knows; at most one does. */
  get leading(): boolean {
    return this.leadership.held;
  }

  /** False: events of other instances are followed in the log, by polling. */
  get busConnected(): boolean {
    return this.bus.connected;
  }

  /** When PostgreSQL was found to have been set back, if that is less than ten minutes ago: an ISO time. */
  get setBackAt(): string | undefined {
    return this.history.setBackAt;
  }
}
