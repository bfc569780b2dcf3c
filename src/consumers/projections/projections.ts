import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { ProjectionState } from '../../contracts/index.js';
import { EventsDroppedError } from '../../events/index.js';
import { isConnectionLost, isLockTimeout, SqlClient, sqlState } from '../../database/index.js';
import { PeriodicJob } from '../../infra/index.js';
import { fieldFaults, fieldsOf, idRule } from '../../validation/index.js';
import { PartitionClaims } from '../partitions/partition-claims.js';
import { ConsumerHandler } from '../runner/attempts.js';
import { ConsumerRunners } from '../runner/consumer-runners.js';
import { OF_PROJECTIONS } from '../runner/rests.js';
import { BuildStatements, tableOf } from './build-tables.js';
import { type BuildRow, consumerOf } from './builds.sql.js';
import { type BuildSource, isOf, LOCK_AT_MOST, ProjectionBuilds } from './projection-builds.js';
import { ProjectionNotFoundError } from './projection.errors.js';
import { type ProjectionHandler, type ProjectionOptions, projectionOptionsOf } from './projection.js';

/** Milliseconds between two looks at the builds. */
const EVERY = 250;
/** Positions behind the log at which a build is near enough to be swapped in. */
const NEAR = 1_000;
/** Milliseconds before a build is tried again that couldn't be begun for events that were dropped. */
const ENSURE_AGAIN = 10_000;
/**
 * Milliseconds for which what changes views, or deletes tables, may wait at first for those who read them, while all
 * others wait behind it: twice as many each time, up to `LOCK_AT_MOST`. It is tried again when ten times as many have
 * gone by.
 */
const LOCK_AT_FIRST = 100;
const REST_BEHIND_LOCK = 10;
/** SQLSTATE of what something else depends on, such as a view that an operator has made of ours. */
const HAS_DEPENDENTS = '2BP01';
/** Rows that are counted; of more, PostgreSQL's estimate is shown. */
const COUNTED = 100_000;
const NAME = fieldsOf({ name: idRule }, ['name']);

/** How long the next try of what waits for readers may do so, and `performance.now()` from which on. */
interface Try {
  lockWithin: number;
  from: number;
}

const FIRST_TRY: Try = { lockWithin: LOCK_AT_FIRST, from: 0 };
const tryAfter = ({ lockWithin }: Try): Try => ({
  lockWithin: Math.min(2 * lockWithin, LOCK_AT_MOST),
  from: performance.now() + REST_BEHIND_LOCK * lockWithin,
});

interface Known {
  options: ProjectionOptions;
  handler: ProjectionHandler;
  /** As soon as it is known that there is a live build. */
  source?: BuildSource;
  /** Of changing views of an older build; from `Infinity` on when they have been changed. */
  serve: Try;
  /** The same for a build of this version to be begun, which events that were dropped may keep from it. */
  ensureFrom: number;
  /** Who feeds the build that is to take the place of the older one: only that one tries again to change its views. */
  feeder?: string | null | undefined;
  /** The live build at the last look: what another instance has swapped in may have other views. */
  live?: number | undefined;
}

/**
 * Finds the providers with `@Projection`, has their builds fed by consumers of one partition each, and swaps in those
 * that have caught up. A build is fed by instances whose code is of its version and basis.
 */
@Injectable()
export class Projections implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Projections.name);
  private readonly known = new Map<string, Known>();
  private readonly fed = new Set<string>();
  /** Consumers of live builds. */
  private live: ReadonlySet<string> = new Set();
  /** By build. */
  private readonly tries = new Map<number, Try>();
  /** What has been said and needn't be again. */
  private readonly said = new Set<string>();
  private job: PeriodicJob | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly builds: ProjectionBuilds,
    private readonly runners: ConsumerRunners,
    private readonly claims: PartitionClaims,
    private readonly sql: SqlClient,
  ) {}

  /** @throws if a name is no id, or two projections have the same */
  onApplicationBootstrap(): void {
    for (const instance of new Set(this.discovery.getProviders().map((wrapper) => wrapper.instance as unknown))) {
      if (typeof instance !== 'object' || instance === null) continue;
      const options = projectionOptionsOf(instance.constructor);
      if (!options) continue;
      const [fault] = fieldFaults({ name: options.name }, NAME);
      if (fault) throw new Error(`@Projection of ${instance.constructor.name}: its name ${fault.message}`);
      if (this.known.has(options.name)) throw new Error(`Two projections have the name ${options.name}`);
      const handler = instance as ProjectionHandler;
      this.known.set(options.name, { options, handler, serve: FIRST_TRY, ensureFrom: 0 });
    }
    if (this.known.size > 0) this.job = new PeriodicJob(Projections.name, EVERY, () => this.look());
  }

  async onModuleDestroy(): Promise<void> {
    await this.job?.stop();
  }

  /** By name. */
  async states(): Promise<ProjectionState[]> {
    const builds = await this.builds.all();
    const live = builds.filter(({ status }) => status === 'live');
    return Promise.all(live.map((build) => this.stateOf(build, builds)));
  }

  /**
   * Has a projection built anew, and how it stands then; one that is being built already goes on.
   *
   * @throws ProjectionNotFoundError
   */
  async rebuild(name: string): Promise<ProjectionState> {
    const known = this.known.get(name);
    if (!known) throw new ProjectionNotFoundError(name);
    await this.builds.rebuild(await this.sourceOf(known));
    return (await this.states()).find((state) => state.name === name)!;
  }

  private async look(): Promise<void> {
    for (const known of this.known.values()) {
      const source = await this.sourceOf(known);
      const isMine = (known.feeder ?? this.claims.instance) === this.claims.instance;
      if (isMine && performance.now() >= known.serve.from) await this.serve(known, source);
      if (performance.now() >= known.ensureFrom) await this.ensure(known, source);
      known.source = source;
    }
    const builds = await this.builds.all();
    for (const known of this.known.values()) this.notice(known, builds);
    for (const id of this.tries.keys()) if (!builds.some((build) => build.id === id)) this.tries.delete(id);
    this.live = new Set(builds.filter(({ status }) => status === 'live').map(consumerOf));
    this.feed(builds);
    for (const build of builds) {
      if (build.status === 'retired') await this.tolerantly(build, (within) => this.builds.drop(build, within));
      if (build.status === 'building') await this.swapIfNear(build);
    }
  }

  private notice(known: Known, builds: readonly BuildRow[]): void {
    const own = builds.filter(({ projection }) => projection === known.options.name);
    const live = own.find(({ status }) => status === 'live')?.id ?? known.live;
    if (known.live !== undefined && known.live !== live) known.serve = FIRST_TRY;
    known.live = live;
    known.feeder = own.find((build) => build.status === 'building' && isOf(build, known.source!))?.owner;
  }

  /** Nothing else waits for that to succeed: what keeps the views as they are may do so for long. */
  private async serve(known: Known, source: BuildSource): Promise<void> {
    const { lockWithin } = known.serve;
    try {
      await this.builds.serveOlder(source, lockWithin);
      known.serve = { ...FIRST_TRY, from: Infinity };
    } catch (error) {
      if (isConnectionLost(error)) throw error;
      known.serve = tryAfter(known.serve);
      const views = `The views of ${known.options.name} of before`;
      if (!isLockTimeout(error)) this.warnOnce(`${views} can't be changed, which is tried again`, error);
      else if (lockWithin === LOCK_AT_MOST) this.warnOnce(`${views} are read for long, and changed later`, error);
    }
  }

  private async ensure(known: Known, source: BuildSource): Promise<void> {
    try {
      await this.builds.ensure(source);
      known.ensureFrom = Infinity;
    } catch (error) {
      if (!(error instanceof EventsDroppedError)) throw error;
      known.ensureFrom = performance.now() + ENSURE_AGAIN;
      const reason = `${source.options.name} can't be built anew. ${error.message}: put that back first`;
      this.once(reason, () => this.logger.error(reason));
    }
  }

  private feed(builds: readonly BuildRow[]): void {
    const wanted = builds.filter((build) => {
      const source = this.known.get(build.projection)?.source;
      return build.status !== 'retired' && source !== undefined && isOf(build, source);
    });
    const names = new Set(wanted.map(consumerOf));
    for (const name of this.fed) {
      if (names.has(name)) continue;
      this.fed.delete(name);
      this.runners.remove(name);
    }
    for (const build of wanted) {
      if (this.fed.has(consumerOf(build))) continue;
      this.fed.add(consumerOf(build));
      this.runners.add(this.handlerOf(build));
    }
  }

  private handlerOf(build: BuildRow): ConsumerHandler {
    const { handler, options } = this.known.get(build.projection)!;
    const statements = new BuildStatements(build.tables, build.id);
    const { eventTypes } = options;
    const consumer = consumerOf(build);
    return new ConsumerHandler(
      { name: consumer, effect: 'sql', ...(eventTypes && { eventTypes }) },
      {
        handle: (event, { sql }) => handler.apply([event], { sql: statements.through(sql), build: statements }),
        handleBatch: (events, { sql }) => handler.apply(events, { sql: statements.through(sql), build: statements }),
      },
      this.sql,
      { partitions: 1, stops: true, rests: () => (this.live.has(consumer) ? OF_PROJECTIONS : undefined) },
    );
  }

  /** The instance that feeds it swaps it in. */
  private async swapIfNear(build: BuildRow): Promise<void> {
    if (build.owner !== this.claims.instance || Number(build.head) - Number(build.position) > NEAR) return;
    await this.tolerantly(build, async (within) => {
      if (await this.builds.swap(build.projection, within)) {
        this.logger.log(`${build.projection} has been built anew, by version ${build.version}`);
      }
    });
  }

  /** What waits for others is tried again, more and more seldom; what only an operator can remove is said. */
  private async tolerantly({ id, projection }: BuildRow, work: (lockWithin: number) => Promise<void>): Promise<void> {
    const now = this.tries.get(id) ?? FIRST_TRY;
    if (performance.now() < now.from) return;
    try {
      await work(now.lockWithin);
      this.tries.delete(id);
    } catch (error) {
      this.logger.debug(error);
      this.tries.set(id, tryAfter(now));
      const isHeld = sqlState(error) === HAS_DEPENDENTS;
      const isRead = isLockTimeout(error) && now.lockWithin === LOCK_AT_MOST;
      if (isHeld) this.warnOnce(`Tables of ${projection} can't be replaced, which is tried again`, error);
      if (isRead) this.warnOnce(`Tables of ${projection} are read for long, and replaced later`, error);
    }
  }

  private warnOnce(what: string, error: unknown): void {
    this.once(what, () => this.logger.warn(`${what}: ${error instanceof Error ? error.message : String(error)}`));
  }

  private once(what: string, say: () => void): void {
    if (this.said.has(what)) return;
    this.said.add(what);
    say();
  }

  private async sourceOf({ options, handler, source }: Known): Promise<BuildSource> {
    return source ?? { options, basis: (await handler.basis?.()) ?? '' };
  }

  private async stateOf(live: BuildRow, builds: readonly BuildRow[]): Promise<ProjectionState> {
    const next = builds.find(({ projection, status }) => projection === live.projection && status === 'building');
    const rows = await Promise.all(live.tables.map((table) => this.rowsOf(tableOf(table, live.id))));
    return {
      name: live.projection,
      version: live.version,
      position: Number(live.position),
      rows: rows.reduce((sum, count) => sum + count, 0),
      rebuilding: next ? { position: Number(next.position), of: Number(next.head) } : null,
    };
  }

  /** 0 of a table that has just been swapped out and dropped. */
  private async rowsOf(table: string): Promise<number> {
    const text = `SELECT CASE WHEN counted < ${COUNTED} THEN counted
                              ELSE greatest(counted, (SELECT n_live_tup FROM pg_stat_user_tables WHERE relname = '${table}'))
                         END::float8 AS rows
                  FROM (SELECT count(*) AS counted FROM (SELECT FROM ${table} LIMIT ${COUNTED}) counted) first`;
    const [row] = await this.sql.query<{ rows: number }>({ name: `rows-of-${table}`, text });
    return row!.rows;
  }
}
