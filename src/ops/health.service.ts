import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { ConsumerStates } from '../consumers/index.js';
import type { ConsumerState } from '../contracts/index.js';
import { EventsStatus, type LogSize, LogSizes } from '../events/index.js';
import {
  ReplicaReads,
  type ReplicaState,
  SEARCH_READINESS,
  SqlClient,
  WRITE_READINESS,
  writeObstacle,
  type WriteReadiness,
} from '../database/index.js';
import { Clock, Draining, endsWithin } from '../infra/index.js';
import { CacheHealth, type CacheState } from '../search-cache/index.js';
import { Company, WITHOUT_REDIS } from './company.js';
import type { AuditReport } from './freshness/audit-findings.js';
import { FreshnessAuditor } from './freshness/freshness-auditor.js';
import { SocketAuditor } from './freshness/socket-auditor.js';

/** `degraded`: a part is away that the product can do without for a while. */
export type PartStatus = 'up' | 'degraded' | 'down';

export interface Health {
  status: 'ok' | 'degraded' | 'unavailable';
  parts: Record<string, { status: PartStatus; detail?: string }>;
}

const CHECK_TIMEOUT = 2_000;
/** Milliseconds for which an event of a consumer may fail before that is worth a word. */
const FAILING_FOR = 60_000;

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
    private readonly events: EventsStatus,
    private readonly cache: CacheHealth,
    private readonly draining: Draining,
    private readonly consumers: ConsumerStates,
    private readonly logSizes: LogSizes,
    private readonly company: Company,
    private readonly replicas: ReplicaReads,
    private readonly freshness: FreshnessAuditor,
    private readonly sockets: SocketAuditor,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  async check(): Promise<Health> {
    const { setBackAt, busConnected } = this.events;
    const audits = [this.freshness.report, this.sockets.report].filter((report) => report !== undefined);
    const [database, cache, behind, size, alone] = await Promise.all([
      this.database(),
      this.cache.state(),
      this.troubledConsumers(),
      endsInTime(this.logSizes.read()),
      endsInTime(this.company.isRight()),
    ]);
    const parts: Health['parts'] = {
      ...(this.draining.active && { instance: { status: 'down', detail: 'shutting down' } }),
      database,
      ...(this.replicas.inUse && { replicas: replicasPart(this.replicas.states()) }),
      bus: busConnected ? { status: 'up' } : { status: 'degraded', detail: 'not connected, following the log' },
      ...(alone === false && { bus: { status: 'degraded', detail: WITHOUT_REDIS } }),
      // Serves as ever; but what had been acknowledged is lost, and an operator should know.
      ...(size && { log: { status: 'up', detail: logDetail(size) } }),
      ...(setBackAt && { log: { status: 'degraded', detail: `PostgreSQL was set back, noticed at ${setBackAt}` } }),
      cache: CACHE_PARTS[cache],
      ...(audits.length > 0 && { freshness: freshnessOf(audits) }),
      ...(behind.length > 0 && { consumers: { status: 'degraded', detail: behind.join('; ') } }),
    };
    const statuses = Object.values(parts).map(({ status }) => status);
    const status = statuses.includes('down') ? 'unavailable' : statuses.includes('degraded') ? 'degraded' : 'ok';
    return { status, parts };
  }

  /** Those that fail or are far behind, in words; paused ones are as they should be. */
  private async troubledConsumers(): Promise<string[]> {
    // While PostgreSQL is away, that is what there is to say.
    const states = (await endsInTime(this.consumers.recent())) ?? [];
    return states.filter(({ paused }) => !paused).flatMap((state) => this.troubleOf(state));
  }

  private troubleOf({ name, parked, failingSince, lagSeconds }: ConsumerState): string[] {
    const { consumerLagSeconds } = this.config;
    const isFailing = failingSince !== null && this.clock.now() - Date.parse(failingSince) > FAILING_FOR;
    return [
      ...(parked > 0 ? [`${name} has ${parked} parked events`] : []),
      ...(isFailing ? [`${name} has been failing since ${failingSince}`] : []),
      ...(consumerLagSeconds > 0 && lagSeconds > consumerLagSeconds
        ? [`${name} is ${Math.round(lagSeconds)} s behind`]
        : []),
    ];
  }

  /**
   * Asks what a write needs over the pool, and what a search needs over the connections of searches. Anybody may ask,
   * so roles, hosts and databases that PostgreSQL names are for the log only.
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

/** Without them the primary does it all: slower, not wrong. Which server is which number is in the environment only. */
function replicasPart(states: readonly ReplicaState[]): Health['parts'][string] {
  const each = states.map(({ number, obstacle, lagSeconds }) =>
    obstacle === undefined ? `${number} is ${lagSeconds.toFixed(1)} s behind` : `${number} ${obstacle}`,
  );
  const isDegraded = states.some(({ obstacle }) => obstacle !== undefined);
  return { status: isDegraded ? 'degraded' : 'up', detail: `replica ${each.join(', replica ')}` };
}

function logDetail({ hot, oldestSeconds, segments, sealedUpTo, bytes }: LogSize): string {
  const age = `${hot} events, the oldest of ${Math.round(oldestSeconds / 360) / 10} h ago`;
  return `${hot === 0 ? 'no events' : age}; ${segments} sealed segments up to position ${sealedUpTo}, ${bytes} bytes`;
}

/** What is read within the time of a check; undefined, if it can't be. */
async function endsInTime<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  let read: Value | undefined;
  const kept = reading.then(
    (value) => void (read = value),
    () => undefined,
  );
  await endsWithin(CHECK_TIMEOUT, kept);
  return read;
}

/** A fault that one of them has found comes before what the others have to say. */
function freshnessOf(audits: readonly AuditReport[]): Health['parts'][string] {
  const faults = audits.filter(({ isStale }) => isStale);
  const told = faults.length > 0 ? faults : audits;
  return { status: faults.length > 0 ? 'degraded' : 'up', detail: told.map(({ detail }) => detail).join('; ') };
}
