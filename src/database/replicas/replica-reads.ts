import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { QueryConfig, QueryResultRow } from 'pg';
import { AppConfig } from '../../config/index.js';
import { Metrics, PeriodicJob } from '../../infra/index.js';
import { DatabaseUrl } from '../database-url.js';
import { PrimaryWal } from './primary-wal.js';
import type { KnownHistory, Obstacle } from './proven-position.js';
import { Replica } from './replica.js';
import type { Identity } from './replica-check.sql.js';
import { bytesBetween, type ReadFloor } from './wal-position.js';

const PROBE_EVERY = 500;
/** Milliseconds that a history may differ after a start or a promotion, until it is noted and replayed. */
const HISTORY_NOTED_WITHIN = 5_000;

/** `at_once`, `after_a_wait`: by a replica; all others by the primary, since no replica could. */
const RESULTS = ['at_once', 'after_a_wait', 'behind', 'failed', 'floor_unknown', 'none_usable'] as const;
type Result = (typeof RESULTS)[number];

/** What is known of a replica; they are numbered from 1 in the order of `DATABASE_REPLICA_URLS`. */
export interface ReplicaState {
  number: number;
  /** Undefined: it is in use. */
  obstacle: Obstacle | undefined;
  /** Seconds that it is behind the primary; NaN while it isn't in use. */
  lagSeconds: number;
}

/**
 * Reads from standbys, never older than what was acknowledged before.
 *
 *     writer    commit · how far is the WAL? (`PrimaryWal`) · tell it with the invalidation · acknowledge
 *     reader    read the tokens, and with them how far a replica must be (the floor) · choose a replica
 *               · in one go: how far are you? (`READ_STANDBY`) and the statement · far enough: that is the answer
 *               · not yet: wait, 50 ms at most · still not, or any trouble: ask the primary
 *
 * *Maintained invariant*: an answer of a replica counts only if, before it was read and on the same connection, the
 * server was a standby of the primary's history (`provenPosition`) and had replayed up to the floor.
 */
@Injectable()
export class ReplicaReads implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Replicas');
  private readonly replicas: readonly Replica[];
  private readonly troubles: ({ obstacle: Obstacle; since: number; told: boolean } | undefined)[] = [];
  private epoch: () => string | null = () => null;
  private primary: Identity | undefined;
  private job: PeriodicJob | undefined;
  private readonly reads = this.metrics.counter(
    'database_replica_reads_total',
    'Reads that a replica may answer, by how it went; all but at_once and after_a_wait were answered by the primary.',
    { result: RESULTS },
  );
  private readonly waits = this.metrics.histogram(
    'database_replica_wait_seconds',
    'Time that reads took which waited for a replica to come as far as they must.',
  );

  constructor(
    database: DatabaseUrl,
    private readonly wal: PrimaryWal,
    private readonly metrics: Metrics,
    { databaseReplicaUrls }: AppConfig,
  ) {
    const known = (): KnownHistory => ({ epoch: this.epoch(), timeline: wal.timeline });
    this.replicas = databaseReplicaUrls.map((url) => new Replica(database.at(url), known, () => this.identity()));
    this.declareGauges();
  }

  get inUse(): boolean {
    return this.replicas.length > 0;
  }

  /** How the epoch of the log is known, which replicas must have. */
  follow(epoch: () => string): void {
    this.epoch = epoch;
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.inUse) return;
    await this.probe();
    this.job = new PeriodicJob('Replicas', PROBE_EVERY, () => this.probe());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.job?.stop();
    for (const replica of this.replicas) replica.close();
  }

  /** Undefined: the primary has to be asked. Never rejects. */
  async read<Row extends QueryResultRow>(query: QueryConfig, floor: ReadFloor): Promise<Row[] | undefined> {
    if (floor === null) return this.count('floor_unknown');
    const replica = this.choose(floor);
    if (!replica) return this.count('none_usable');
    const began = performance.now();
    const answer = await replica.read<Row>(query, floor);
    if (typeof answer === 'string') return this.count(answer);
    this.count(answer.waited ? 'after_a_wait' : 'at_once');
    if (answer.waited) this.waits.observe((performance.now() - began) / 1_000);
    return answer.rows;
  }

  states(): ReplicaState[] {
    return this.replicas.map((replica, index) => ({
      number: index + 1,
      obstacle: replica.obstacle,
      lagSeconds: this.lagOf(replica),
    }));
  }

  /** One that is known to be far enough, if there is one, and of several the least busy. */
  private choose(floor: string): Replica | undefined {
    let chosen: Replica | undefined;
    const isFar = ({ position }: Replica): boolean => position! >= floor;
    for (const replica of this.replicas) {
      if (replica.obstacle !== undefined || replica.position === undefined) continue;
      const isBetter = !chosen || (isFar(replica) === isFar(chosen) ? replica.load < chosen.load : isFar(replica));
      if (isBetter) chosen = replica;
    }
    return chosen;
  }

  private lagOf({ position }: Replica): number {
    return position === undefined ? Number.NaN : this.wal.secondsAhead(position);
  }

  private count(result: Result): undefined {
    this.reads.inc({ result });
  }

  private async probe(): Promise<void> {
    await this.wal.position();
    await this.identifyPrimary();
    await Promise.all(this.replicas.map((replica) => replica.probe()));
    this.replicas.forEach((replica, index) => this.tell(replica, index));
  }

  /** Asked again with each probe, as another cluster may have taken the place of the primary. */
  private async identifyPrimary(): Promise<void> {
    try {
      this.primary = await this.wal.identity();
    } catch (error) {
      this.logger.debug(error);
    }
  }

  private identity(): Promise<Identity> {
    return this.primary ? Promise.resolve(this.primary) : this.wal.identity();
  }

  /** One line when a replica can't be used, and one when it can again. */
  private tell({ obstacle, cause }: Replica, index: number): void {
    const trouble = this.troubles[index];
    const name = `Replica ${index + 1} of DATABASE_REPLICA_URLS`;
    if (obstacle === undefined) {
      if (trouble?.told) this.logger.log(`${name} is in use again`);
      this.troubles[index] = undefined;
      return;
    }
    if (trouble?.obstacle !== obstacle) this.troubles[index] = { obstacle, since: performance.now(), told: false };
    const current = this.troubles[index]!;
    const isNew = obstacle === 'is of another history' && performance.now() - current.since < HISTORY_NOTED_WITHIN;
    if (current.told || isNew) return;
    current.told = true;
    const why = obstacle === 'is out of reach' && cause !== '' ? ` (${cause})` : '';
    this.logger.warn(`${name} ${obstacle}${why}: what it would answer is read from the primary`);
  }

  private declareGauges(): void {
    const byNumber = (value: (replica: Replica) => number): Record<string, number> =>
      Object.fromEntries(this.replicas.map((replica, index) => [String(index + 1), value(replica)]));
    this.metrics.labelledGauge(
      'database_replica_usable',
      '1 for a replica that searches and products are read from, else 0.',
      'replica',
      () => byNumber(({ obstacle }) => (obstacle === undefined ? 1 : 0)),
    );
    this.metrics.labelledGauge(
      'database_replica_lag_seconds',
      'Seconds for which the primary has been further than the replica; NaN while the replica is not used.',
      'replica',
      () => byNumber((replica) => this.lagOf(replica)),
    );
    this.metrics.labelledGauge(
      'database_replica_lag_bytes',
      'Bytes of WAL that the replica has not replayed yet; NaN while it is not used.',
      'replica',
      () =>
        byNumber(({ position }) =>
          position === undefined || this.wal.latest === undefined
            ? Number.NaN
            : Math.max(0, bytesBetween(position, this.wal.latest)),
        ),
    );
  }
}
