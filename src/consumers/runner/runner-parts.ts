import type { EventLog } from '../../events/index.js';
import type { SqlClient } from '../../database/index.js';
import type { Metrics } from '../../infra/index.js';
import type { ConsumersMetrics } from '../consumers.metrics.js';
import type { ConsumerFeed } from '../feed/consumer-feed.js';
import type { Checkpoints, Ownership } from '../store/checkpoints.js';
import type { Failures } from '../store/failures.js';
import type { Rests } from './rests.js';
import type { Slots } from './slots.js';

/** What all partitions of a process share. */
export interface RunnerParts {
  sql: SqlClient;
  log: EventLog;
  feed: ConsumerFeed;
  checkpoints: Checkpoints;
  failures: Failures;
  slots: Slots;
  rests: Rests;
  metrics: ConsumersMetrics;
  errors: Metrics['errors'];
  /** Whether PostgreSQL has heard of this instance lately enough for it to own anything. */
  certain(): boolean;
  /** Whether no other instance runs, as far as PostgreSQL has heard. */
  alone(): boolean;
  /** A partition has turned out to be another owner's. */
  lost(held: Ownership): void;
}
