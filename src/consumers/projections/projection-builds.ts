import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SqlClient } from '../../database/index.js';
import { DELETE_CONSUMER, READ_CHECKPOINT } from '../store/checkpoints.sql.js';
import { ConsumerStore } from '../store/consumer-store.js';
import { ofBuild, tableOf } from './build-tables.js';
import {
  BRIEF_LOCKS,
  type BuildRow,
  consumerOf,
  DELETE_BUILD,
  HOLD_CHECKPOINT,
  INSERT_BUILD,
  LOCK_PROJECTION,
  READ_BUILDS,
  SET_RECOMPUTE,
  SET_STATUS,
} from './builds.sql.js';
import type { ProjectionOptions } from './projection.js';

/** Milliseconds for which the live build may be held for the other one to catch up, and between two looks at it. */
const HELD_FOR = 2_000;
const LOOK_EVERY = 5;

/** What a build is made of: code, and what its rows depend on beside the log. */
export interface BuildSource {
  options: ProjectionOptions;
  basis: string;
}

/**
 * The builds of projections, each with tables of its own. At most one of a projection is live, at most one is being
 * built to take its place:
 *
 *     live build 1   ── serves, is fed ────────────────┐ held for a moment
 *     build 2           fed from position 1 ─────────→ catches up │ swap: views show build 2
 *
 * *Maintained invariant*: the views show the tables of one build, which hold what the log says up to its checkpoint; a
 * swap never takes readers back.
 */
@Injectable()
export class ProjectionBuilds {
  constructor(
    private readonly sql: SqlClient,
    private readonly store: ConsumerStore,
  ) {}

  /** Those that are live or being built, and those that may be dropped. */
  all(): Promise<BuildRow[]> {
    return this.sql.query<BuildRow>(READ_BUILDS);
  }

  /** Has a projection live in some build, and one of this version and basis in the making if that is another one. */
  async ensure(source: BuildSource): Promise<void> {
    await this.locked(source.options.name, async (builds) => {
      const live = builds.find(({ status }) => status === 'live');
      const next = builds.find(({ status }) => status === 'building');
      if (!live) return this.begin(source, 'live');
      for (const build of [live, next]) {
        if (build && isOf(build, source)) await this.sql.query(SET_RECOMPUTE, [build.id, json(source)]);
      }
      if (isOf(live, source) || (next && isOf(next, source))) return;
      if (next) await this.retire(next);
      await this.begin(source, 'building');
    });
  }

  /** Has the views of a live build that is of an older version show what readers of this version read. */
  async serveOlder({ options }: BuildSource): Promise<void> {
    if (!options.older) return;
    await this.locked(options.name, async (builds) => {
      const live = builds.find(({ status }) => status === 'live');
      const selects = live && options.older?.[live.version];
      if (selects) await this.show(live, live.tables, selects);
    });
  }

  /** Begins another build, unless there is one of this version and basis already. */
  async rebuild(source: BuildSource): Promise<void> {
    await this.locked(source.options.name, async (builds) => {
      const next = builds.find(({ status }) => status === 'building');
      if (next && isOf(next, source)) return;
      if (next) await this.retire(next);
      await this.begin(source, 'building');
    });
  }

  /**
   * Has the views show the build in place of the live one. That one is held where it is, so the other one reaches it in
   * a moment, however much is written.
   *
   * @returns false if it hasn't, or something long reads the tables: to be tried again
   */
  async swap(name: string): Promise<boolean> {
    return this.locked(name, async (builds) => {
      const live = builds.find(({ status }) => status === 'live');
      const next = builds.find(({ status }) => status === 'building');
      if (!live || !next) return false;
      const [held] = await this.sql.query<{ position: string }>(HOLD_CHECKPOINT, [consumerOf(live)]);
      const began = performance.now();
      while ((await this.positionOf(next)) < Number(held!.position)) {
        if (performance.now() - began > HELD_FOR) return false;
        await sleep(LOOK_EVERY);
      }
      await this.sql.query(HOLD_CHECKPOINT, [consumerOf(next)]);
      await this.retire(live);
      await this.sql.query(SET_STATUS, [next.id, 'live']);
      await this.show(next, live.tables);
      return true;
    });
  }

  /** Drops the tables of a build that has been retired; doesn't wait long for their readers. */
  async drop(build: BuildRow): Promise<void> {
    await this.sql.transaction(async () => {
      await this.sql.query(BRIEF_LOCKS);
      for (const table of build.tables) await this.run(`DROP TABLE IF EXISTS ${tableOf(table, build.id)}`);
      await this.sql.query(DELETE_BUILD, [build.id]);
    });
  }

  private locked<Result>(name: string, work: (builds: BuildRow[]) => Promise<Result>): Promise<Result> {
    return this.sql.transaction(async () => {
      await this.sql.query(LOCK_PROJECTION, [name]);
      return work((await this.all()).filter(({ projection }) => projection === name));
    });
  }

  private async begin(source: BuildSource, status: 'live' | 'building'): Promise<void> {
    const { name, version, tables, create, eventTypes } = source.options;
    const values = [name, version, source.basis, tables, json(source), status];
    const [inserted] = await this.sql.query<{ id: number }>(INSERT_BUILD, values);
    const build = { id: inserted!.id, projection: name, tables: [...tables] };
    for (const statement of create) await this.run(ofBuild(statement, tables, build.id));
    const filter = eventTypes?.length ? { eventTypes } : {};
    const consumer = {
      name: consumerOf(build),
      kind: 'projection',
      filter,
      onFailure: 'block',
      maxAttempts: 1,
    } as const;
    await this.store.register(consumer, 1, 'beginning');
    if (status === 'live') await this.show(build, []);
  }

  /** Its owner can commit nothing more. */
  private async retire(build: BuildRow): Promise<void> {
    await this.sql.query(SET_STATUS, [build.id, 'retired']);
    await this.sql.query(DELETE_CONSUMER, [consumerOf(build)]);
  }

  /**
   * A view may have other columns than before, so it is made anew.
   *
   * @param before tables whose views are there
   * @param selects of views that show something else than their table
   */
  private async show(build: Shown, before: readonly string[], selects: Selects = {}): Promise<void> {
    const views = new Set([...build.tables, ...Object.keys(selects)]);
    await this.sql.query(BRIEF_LOCKS);
    for (const view of new Set([...before, ...views])) await this.run(`DROP VIEW IF EXISTS ${view}`);
    for (const view of views) {
      const select = selects[view] ?? `SELECT * FROM {${view}}`;
      await this.run(`CREATE VIEW ${view} AS ${ofBuild(select, build.tables, build.id)}`);
    }
  }

  private async positionOf(build: BuildRow): Promise<number> {
    const [row] = await this.sql.query<{ position: string }>(READ_CHECKPOINT, [consumerOf(build), 0]);
    return Number(row!.position);
  }

  private async run(text: string): Promise<void> {
    await this.sql.query({ name: `projection-build:${hash('sha1', text, 'hex')}`, text });
  }
}

type Shown = Pick<BuildRow, 'id' | 'tables'>;
type Selects = Readonly<Record<string, string>>;

const json = ({ options }: BuildSource): string => JSON.stringify(options.recompute);

export const isOf = (build: BuildRow, { options, basis }: BuildSource): boolean =>
  build.version === options.version && build.basis === basis;
