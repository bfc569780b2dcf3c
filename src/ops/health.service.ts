import { Injectable, Logger } from '@nestjs/common';
import { EventBus, LogHistory } from '../events/index.js';
import { SEARCH_READINESS, SqlClient, WRITE_READINESS, writeObstacle, type WriteReadiness } from '../database/index.js';
import { Draining } from '../infra/index.js';
import { CacheHealth, type CacheState } from '../search-cache/index.js';

/** `degraded`: a part is away that the product can do without for a while. */
export type PartStatus = 'up' | 'degraded' | 'down';

export interface Health {
  status: 'ok' | 'degraded' | 'unavailable';
  parts: Record<string, { status: PartStatus; detail?: string }>;
}

const CHECK_TIMEOUT = 2_000;

const CACHE_PARTS: Record<CacheState, Health['parts'][string]> = {
  'in use': { status: 'up' },
  away: { status: 'degraded', detail: 'out of reach, searches go to the database' },
  unvouched: { status: 'degraded', detail: 'without a lease, searches go to the database' },
};

/**
 * What this instance needs to serve: PostgreSQL always; without the bus it follows the log by polling, without the
 * cache it searches the database.
 */
@Injectable()
export class HealthService {
  private readonly logger = new Logger(HealthService.name);

  constructor(
    private readonly sql: SqlClient,
    private readonly bus: EventBus,
    private readonly cache: CacheHealth,
    private readonly draining: Draining,
    private readonly history: LogHistory,
  ) {}

  async check(): Promise<Health> {
    const { setBackAt } = this.history;
    const [database, cache] = await Promise.all([this.database(), this.cache.state()]);
    const parts: Health['parts'] = {
      ...(this.draining.active && { instance: { status: 'down', detail: 'shutting down' } }),
      database,
      bus: this.bus.connected ? { status: 'up' } : { status: 'degraded', detail: 'not connected, following the log' },
      // Serves as ever; but what had been acknowledged is lost, and an operator should know.
      ...(setBackAt && { log: { status: 'degraded', detail: `PostgreSQL was set back, noticed at ${setBackAt}` } }),
      cache: CACHE_PARTS[cache],
    };
    const statuses = Object.values(parts).map(({ status }) => status);
    const status = statuses.includes('down') ? 'unavailable' : statuses.includes('degraded') ? 'degraded' : 'ok';
    return { status, parts };
  }

  /**
   * Asks what a write needs over the pool, and what a search needs over the connections of searches. Anybody may
   * ask, so roles,
   * hosts and databases that PostgreSQL names are for the log only.
   */
  private async database(): Promise<Health['parts'][string]> {
    let timer: NodeJS.Timeout | undefined;
    const late: Health['parts'][string] = { status: 'down', detail: `no answer within ${CHECK_TIMEOUT} ms` };
    const timeout = new Promise<typeof late>((resolve) => {
      timer = setTimeout(() => resolve(late), CHECK_TIMEOUT);
    });
    const asked = Promise.all([this.sql.query<WriteReadiness>(WRITE_READINESS), this.sql.read(SEARCH_READINESS)]).then(
      ([[readiness]]): Health['parts'][string] => {
        const obstacle = writeObstacle(readiness!);
        return obstacle === undefined ? { status: 'up' } : { status: 'down', detail: obstacle };
      },
      (error: unknown): Health['parts'][string] => {
        this.logger.debug(error);
        return { status: 'down', detail: 'out of reach' };
      },
    );
    return Promise.race([asked, timeout]).finally(() => clearTimeout(timer));
  }
}
