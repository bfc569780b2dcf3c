import { Injectable } from '@nestjs/common';
import { SqlClient, type Statement } from '../database/index.js';
import { EventBus } from './bus/event-bus.js';
import { LogHistory } from './log/log-history.js';
import { LEADER_NAME, LeaderElection } from './sequencer/leader-election.js';
import { WebSocketLink } from './subscribers/web-socket-link.js';

/** Each instance has one, to lead or to be the next one. `$1`: of this instance. */
const OTHERS: Statement = {
  name: 'other-instances',
  text: `
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = '${LEADER_NAME}' AND pid <> ALL ($1::integer[]) LIMIT 1`,
};

/** How the machinery behind the log is doing, for health and for work that one instance does for all. */
@Injectable()
export class EventsStatus {
  constructor(
    private readonly leadership: LeaderElection,
    private readonly bus: EventBus,
    private readonly history: LogHistory,
    private readonly sql: SqlClient,
    private readonly sockets: WebSocketLink,
  ) {}

  /** Whether this instance runs the relay, as far as it knows; at most one does. */
  get leading(): boolean {
    return this.leadership.held;
  }

  /** False: events of other instances are followed in the log, by polling. */
  get busConnected(): boolean {
    return this.bus.connected;
  }

  /** Whether any client is connected that events are sent to. */
  get hasSockets(): boolean {
    return this.sockets.service?.idle === false;
  }

  /** Whether other instances use the database as well. Throws what the driver throws. */
  async hasOthers(): Promise<boolean> {
    const own = this.leadership.ownSessions;
    // Before it has any it can't tell them from its own.
    return own.length > 0 && (await this.sql.query(OTHERS, [own])).length > 0;
  }

  /** When PostgreSQL was found to have been set back, if that is less than ten minutes ago: an ISO time. */
  get setBackAt(): string | undefined {
    return this.history.setBackAt;
  }
}
