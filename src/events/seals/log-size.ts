import { Injectable } from '@nestjs/common';
import { SqlClient } from '../../database/index.js';
import { Clock, Metrics, SingleFlight } from '../../infra/index.js';
import { READ_SIZE } from './log-segments.sql.js';

/** How large the log is. */
export interface LogSize {
  /** Events in the table. */
  hot: number;
  /** Seconds since the oldest of them occurred; 0 without any. */
  oldestSeconds: number;
  segments: number;
  /** Last position that is sealed, and the bytes that all segments take. */
  sealedUpTo: number;
  bytes: number;
}

const UNKNOWN: LogSize = { hot: NaN, oldestSeconds: NaN, segments: NaN, sealedUpTo: NaN, bytes: NaN };

/** For operators: a few rows, however long the log is. */
@Injectable()
export class LogSizes {
  private readonly reading = new SingleFlight<LogSize>();

  constructor(
    private readonly sql: SqlClient,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    // A scrape must work while PostgreSQL doesn't; NaN is Prometheus' "unknown".
    const gauge = (name: string, help: string, member: keyof LogSize) =>
      metrics.gauge(name, help, async () => (await this.read().catch(() => UNKNOWN))[member]);
    gauge('inventory_log_hot_events', 'Events in the table of the log.', 'hot');
    gauge('inventory_log_oldest_hot_event_seconds', 'Age of the oldest event in the table.', 'oldestSeconds');
    gauge('inventory_log_segments', 'Sealed segments of the log.', 'segments');
    gauge('inventory_log_sealed_position', 'Last position that is sealed.', 'sealedUpTo');
    gauge('inventory_log_sealed_bytes', 'Bytes of all sealed segments.', 'bytes');
  }

  /** Throws what the driver throws. */
  read(): Promise<LogSize> {
    return this.reading.run('size', async () => {
      const [row] = await this.sql.query<LogSize & { oldest: Date | null }>(READ_SIZE);
      const { oldest, ...size } = row!;
      return { ...size, oldestSeconds: oldest ? Math.max(0, (this.clock.now() - oldest.getTime()) / 1000) : 0 };
    });
  }
}
