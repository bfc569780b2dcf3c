import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { savepoint, SqlClient, sqlState } from '../../database/index.js';
import { DELETE_CONSUMER, READ_CHECKPOINT } from '../store/checkpoints.sql.js';
import { ConsumerStore } from '../store/consumer-store.js';
import { ofBuild, tableOf } from './build-tables.js';
import {
  type BuildRow,
  consumerOf,
  DELETE_BUILD,
  HOLD_CHECKPOINT,
  INSERT_BUILD,
  LOCK_PROJECTION,
  LOCK_WITHIN,
  READ_BUILDS,
  READ_MARKS,
  SET_RECOMPUTE,
  SET_STATUS,
} from './builds.sql.js';
import type { ProjectionOptions } from './projection.js';

/** Milliseconds for which the live build may be held for the other one to catch up, and between two looks at it. */
const HELD_FOR = 2_000;
const LOOK_EVERY = 5;
/** Milliseconds to wait for a view or table to be free of readers, at most: all others wait as long. */
export const LOCK_AT_MOST = 1_000;
/** SQLSTATE of `CREATE OR REPLACE VIEW` for a view that has other columns, but for more of them at the end. */
const OTHER_COLUMNS = '42P16';

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

  /**
   * Has the views of a live build that is of an older version show what readers of this version read; those that do so
   * already are left alone, as changing one keeps its readers waiting.
   *
   * @param lockWithin as of `swap`
   * @throws as `swap`
   */
  async serveOlder({ options }: BuildSource, lockWithin = LOCK_AT_MOST): Promise<void> {
    if (!options.older) return;
    await this.locked(options.name, async (builds) => {
      const live = builds.find(({ status }) => status === 'live');
      const selects = live && options.older?.[live.version];
      if (!selects) return;
      const [views, plain] = [viewsOf(live, selects), viewsOf(live)];
      const marks = await this.sql.query<{ view: string; mark: string | null }>(READ_MARKS, [[...views.keys()]]);
      // Views of releases that marked none show a table as it is.
      for (const { view, mark } of marks) {
        if ((mark ?? markOf(plain.get(view))) === markOf(views.get(view))) views.delete(view);
      }
      if (views.size > 0) await this.show(views, [], lockWithin);
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
   * @param lockWithin milliseconds for which readers of a view may be kept waiting for one that reads for long
   * @returns false if it hasn't: to be tried again
   * @throws an error that `isLockTimeout` if something reads the views for longer
   */
  async swap(name: string, lockWithin = LOCK_AT_MOST): Promise<boolean> {
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
      await this.show(viewsOf(next), live.tables, lockWithin);
      return true;
    });
  }

  /** Drops the tables of a build that has been retired; doesn't wait long for their readers. */
  async drop(build: BuildRow, lockWithin = LOCK_AT_MOST): Promise<void> {
    await this.sql.transaction(async () => {
      await this.sql.query(LOCK_WITHIN, [lockWithin]);
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
    if (status === 'live') await this.show(viewsOf(build));
  }

  /** Its owner can commit nothing more. */
  private async retire(build: BuildRow): Promise<void> {
    await this.sql.query(SET_STATUS, [build.id, 'retired']);
    await this.sql.query(DELETE_CONSUMER, [consumerOf(build)]);
  }

  /**
   * A view that gets the columns it has, and perhaps more, keeps its grants and what an operator has made of it; only
   * one that gets other columns is made anew.
   *
   * @param before tables whose views are there
   */
  private async show(views: Views, before: readonly string[] = [], lockWithin = LOCK_AT_MOST): Promise<void> {
    await this.sql.query(LOCK_WITHIN, [lockWithin]);
    for (const view of before) if (!views.has(view)) await this.run(`DROP VIEW IF EXISTS ${view}`);
    for (const [view, select] of views) {
      try {
        await savepoint(() => this.run(`CREATE OR REPLACE VIEW ${view} AS ${select}`));
      } catch (error) {
        if (sqlState(error) !== OTHER_COLUMNS) throw error;
        await this.run(`DROP VIEW ${view}`);
        await this.run(`CREATE VIEW ${view} AS ${select}`);
      }
      await this.run(`COMMENT ON VIEW ${view} IS '${markOf(select)}'`);
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

/** The `SELECT` of each view, by its name. */
type Views = ReadonlyMap<string, string>;

/** @param selects of views that show something else than their table */
function viewsOf(
  { id, tables }: Pick<BuildRow, 'id' | 'tables'>,
  selects: Readonly<Record<string, string>> = {},
): Map<string, string> {
  const names = [...new Set([...tables, ...Object.keys(selects)])];
  return new Map(names.map((view) => [view, ofBuild(selects[view] ?? `SELECT * FROM {${view}}`, tables, id)]));
}

/** What is noted of a view, as its comment, to see whether it is the wanted one: PostgreSQL keeps it in other words. */
const markOf = (select = ''): string => `Made by the server, which replaces it: ${hash('sha1', select, 'hex')}`;

const json = ({ options }: BuildSource): string => JSON.stringify(options.recompute);

export const isOf = (build: BuildRow, { options, basis }: BuildSource): boolean =>
  build.version === options.version && build.basis === basis;
