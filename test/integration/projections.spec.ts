import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import { type ProjectionHandler, type ProjectionOptions, ProjectionPositions } from '../../src/consumers/index.js';
import { type BuildRow, LOCK_WITHIN } from '../../src/consumers/projections/builds.sql.js';
import { ProjectionBuilds } from '../../src/consumers/projections/projection-builds.js';
import { Pace } from '../../src/consumers/feed/pace.js';
import { Rests } from '../../src/consumers/runner/rests.js';
import type { ProjectionState } from '../../src/contracts/index.js';
import { SqlClient } from '../../src/database/index.js';
import { InventoryEventService } from '../../src/events/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { withProjections } from '../support/consumers.js';
import { append } from '../support/event-log.js';
import { aNewEvent, newEvents } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { projectionState } from '../support/projection-states.js';
import type { TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/with-client.js';

/** Events of the log that is built anew while others are written; `TEST_REBUILD_EVENTS=200000` makes it a real one. */
const EVENTS = Number(process.env.TEST_REBUILD_EVENTS ?? 5_000);
const AT_ONCE = 5_000;
const WRITERS = 8;
const WRITES_PER_SECOND = 500;
/** Milliseconds for which a build, or its catching up, is waited for. */
const WITHIN = 10_000 + EVENTS;

const COUNT = {
  name: 'test-count-events',
  text: `INSERT INTO {test_counts} SELECT product_id, count(*) * $2::int FROM unnest($1::text[]) AS product_id GROUP BY 1
         ON CONFLICT (product_id) DO UPDATE SET events = {test_counts}.events + excluded.events`,
};

/** How many events each product has had; `factor` times, so that versions can be told apart. */
const counts = (version = 1, factor = 1): ProjectionOptions & ProjectionHandler => ({
  name: 'test-counts',
  version,
  tables: ['test_counts'],
  create: ['CREATE TABLE {test_counts} (product_id text PRIMARY KEY, events integer NOT NULL)'],
  recompute: {
    test_counts: {
      columns: 'product_id, events',
      rows: `SELECT coalesce(product_id, 'none'), count(*)::int * ${factor} FROM projected_log GROUP BY 1`,
    },
  },
  apply: async (events, { sql }) => {
    await sql.query(COUNT, [events.map(({ productId }) => productId ?? 'none'), factor]);
  },
});

/** G13: what is derived equals a recomputation from the log, and is there throughout. */
describe('projections', () => {
  let database: TestDatabase;
  let apps: TestApp[];

  beforeEach(async () => {
    database = await testDatabase();
    apps = [];
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.map((app) => app.close()));
    await database.drop();
  });

  const start = async (...projections: Parameters<typeof withProjections>[0]): Promise<TestApp> => {
    const app = await withProjections(projections, () => startApp({ database }));
    apps.push(app);
    return app;
  };
  const stateOf = (app: TestApp, name = 'test-counts'): Promise<ProjectionState | undefined> =>
    projectionState(app, name);
  const publish = (app: TestApp, productId: string): Promise<unknown> =>
    app.app.get(InventoryEventService).publishInventoryUpdate(aNewEvent({ productId }));
  /** Reads the view and the position of what it shows in one statement. */
  const readBy = async (client: pg.Client) => {
    const { rows } = await client.query<{ sum: number; position: number; version: number }>({
      name: 'read-counts',
      text: `SELECT (SELECT coalesce(sum(events), 0)::int FROM test_counts) AS sum, p.position::int, b.version
             FROM projection_builds b JOIN consumer_partitions p ON p.consumer = b.projection || '.' || b.id
             WHERE b.status = 'live' AND b.projection = 'test-counts'`,
    });
    return rows[0]!;
  };
  const read = () => withClient(database.url, readBy);
  const caughtUp = (app: TestApp, version = 1): Promise<unknown> =>
    waitFor(
      async () => {
        const state = await stateOf(app);
        const { epoch: _epoch, lastPosition } = (
          await app.request<{ epoch: string; lastPosition: number }>('GET', '/api/events?limit=1')
        ).body;
        return state?.version === version && state.rebuilding === null && state.position === lastPosition;
      },
      { timeoutMs: WITHIN, what: 'the projection to catch up' },
    );
  /** Leaves the tables that version 1 has filled from some events. */
  const runBefore = async (events: number): Promise<void> => {
    const old = await start(counts());
    for (let index = 0; index < events; index += 1) await publish(old, `prd_${index}`);
    await caughtUp(old);
    apps = apps.filter((one) => one !== old);
    await old.close();
  };
  const verified = (): Promise<boolean> =>
    withClient(database.url, async (client) => isClean({ ...(await verifyLog(client)), differences: [] }));

  it(
    'are rebuilt under a stream of writes, and readers see neither a hole nor a mixture',
    async () => {
      const app = await start(counts());
      for (let made = 0; made < EVENTS; made += AT_ONCE) {
        await withClient(database.url, (client) => append(client, newEvents(AT_ONCE)));
      }
      await publish(app, 'prd_first');
      await caughtUp(app);
      let isOver = false;
      let written = 0;
      const began = performance.now();
      const write = async (writer: number, client: pg.Client): Promise<void> => {
        for (let done = 0; !isOver;) {
          const due = Math.floor(((performance.now() - began) * WRITES_PER_SECOND) / WRITERS / 1_000) - done;
          if (due === 1) await publish(app, `prd_${writer}_${done % 50}`);
          // What a busy machine has not written in time.
          else if (due > 1) await append(client, newEvents(due));
          else await sleep(5);
          done += Math.max(0, due);
          written += Math.max(0, due);
        }
      };
      const writing = Promise.all(
        Array.from({ length: WRITERS }, (_none, writer) => withClient(database.url, (client) => write(writer, client))),
      );
      const reading = withClient(database.url, async (client) => {
        let last = 0;
        for (let reads = 1; ; reads += 1) {
          const { sum, position } = await readBy(client);
          if (sum !== position || position < last) throw new Error(`${sum} events at ${position}, after ${last}`);
          last = position;
          if (isOver) return reads;
        }
      });
      const begun = await app.request<ProjectionState>('POST', '/api/projections/test-counts/rebuild');
      expect(begun).toMatchObject({
        status: 202,
        body: { name: 'test-counts', rebuilding: { of: expect.any(Number) } },
      });
      const builds = new Set<number>();
      await waitFor(
        async () => {
          const ids = await withClient(database.url, async (client) => {
            const text = `SELECT id FROM projection_builds WHERE projection = 'test-counts'`;
            return (await client.query<{ id: number }>(text)).rows.map(({ id }) => id);
          });
          for (const id of ids) builds.add(id);
          return (await stateOf(app))?.rebuilding === null;
        },
        { timeoutMs: WITHIN, what: 'the swap' },
      );
      const took = performance.now() - began;
      isOver = true;
      expect(await reading).toBeGreaterThan(50);
      await writing;
      // Half, as a busy machine ends with writes that were due and not begun.
      expect((written * 1_000) / took).toBeGreaterThan(0.5 * WRITES_PER_SECOND);
      expect(builds.size).toBe(2);
      await caughtUp(app);
      expect(await verified()).toBe(true);
    },
    4 * WITHIN,
  );

  it('are built anew by themselves by code of another version, while the tables of before serve', async () => {
    await runBefore(20);
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    const next = counts(2, 10);
    const app = await start({
      ...next,
      apply: async (events, context) => held.then(() => next.apply(events, context)),
    });
    await waitFor(async () => (await stateOf(app))?.rebuilding, { what: 'the build to begin' });
    expect(await stateOf(app)).toMatchObject({ version: 1, position: 20, rows: 20 });
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toContain('inventory_projection_lag_positions{projection="test-counts"} 0');
    expect(metrics).toContain('inventory_projection_rebuild_lag_positions{projection="test-counts"} 20');
    expect(await read()).toEqual({ sum: 20, position: 20, version: 1 });
    go();
    await caughtUp(app, 2);
    expect(await read()).toEqual({ sum: 200, position: 20, version: 2 });
    expect(await verified()).toBe(true);
  });

  it('rest after a batch if writers are busy, and not while a reader waits for them', async () => {
    const one = counts();
    let held = Promise.resolve();
    let go: () => void = () => undefined;
    const app = await start({ ...one, apply: async (...batch) => held.then(() => one.apply(...batch)) });
    const rests = app.app.get(Rests);
    const after = jest.spyOn(rests, 'after');
    await publish(app, 'prd_1');
    await caughtUp(app);
    const called = () => after.mock.calls.find(([, name]) => name.startsWith('test-counts.'));
    const [worked, consumer, writing, ending] = await waitFor(called, { what: 'the end of the batch' });
    expect(worked).toBeGreaterThan(0);
    held = new Promise((resolve) => (go = resolve));
    for (let index = 0; index < 20; index += 1) await publish(app, 'prd_1');
    const isBusy = (): boolean => {
      const { perSecond, lag } = writing();
      return perSecond > 0 && lag === 20;
    };
    await waitFor(isBusy, { what: 'what is written to be noticed' });
    go();
    await caughtUp(app);
    const rest = () => rests.after(1_000, consumer, () => ({ perSecond: 60_000, lag: 0, alone: false }), ending);
    // In vain: there is no such position.
    const reading = app.app.get(ProjectionPositions).reaches('test-counts', 1_000, 700);
    const first = await Promise.race([rest().then(() => 'rest'), reading.then(() => 'reading')]);
    expect(first).toBe('rest');
    expect(await reading).toBe(false);
    const began = performance.now();
    await rest();
    expect(performance.now() - began).toBeGreaterThan(900);
  });

  it('do not rest while they are built anew, however much is written', async () => {
    const app = await start(counts());
    for (let index = 0; index < 5; index += 1) await publish(app, `prd_${index}`);
    await caughtUp(app);
    jest.spyOn(Pace.prototype, 'perSecond').mockReturnValue(60_000);
    const after = jest.spyOn(app.app.get(Rests), 'after');
    const rests = (consumer: string): number => after.mock.calls.filter(([, name]) => name === consumer).length;
    await app.request('POST', '/api/projections/test-counts/rebuild');
    const newest = async (): Promise<BuildRow> => {
      const builds = await app.app.get(ProjectionBuilds).all();
      return builds.findLast(({ projection }) => projection === 'test-counts')!;
    };
    const consumer = `test-counts.${(await newest()).id}`;
    await waitFor(async () => (await newest()).status === 'live', { what: 'the swap' });
    expect(rests(consumer)).toBe(0);
    const restsAgain = async (): Promise<boolean> => {
      await publish(app, 'prd_1');
      return rests(consumer) > 0;
    };
    await waitFor(restsAgain, { what: 'a rest of the new tables' });
  });

  it('keep readers waiting but briefly for one that reads for long, while they are built anew', async () => {
    const app = await start(counts());
    await publish(app, 'prd_1');
    await caughtUp(app);
    const query = jest.spyOn(app.app.get(SqlClient), 'query');
    const tries = (): unknown[] =>
      query.mock.calls.filter(([{ name }]) => name === LOCK_WITHIN.name).map(([, values]) => values?.[0]);
    await withClient(database.url, async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT FROM test_counts LIMIT 1');
      await app.request('POST', '/api/projections/test-counts/rebuild');
      const others = async (): Promise<boolean> => {
        await read();
        return tries().includes(400);
      };
      await waitFor(others, { timeoutMs: 30_000, what: 'three tries, one after the other' });
      await client.query('COMMIT');
    });
    // The bounds that PostgreSQL is given: how long a reader waits is also for the machine to say.
    expect(tries().join()).toMatch(/^100,(.*,)?200,400/);
    await caughtUp(app);
    expect(await read()).toEqual({ sum: 1, position: 1, version: 1 });
  }, 60_000);

  it('have views of before changed by who feeds the next ones, and keep their readers waiting but briefly', async () => {
    await runBefore(1);
    const serve = jest.spyOn(ProjectionBuilds.prototype, 'serveOlder');
    const tries = (): unknown[] =>
      serve.mock.calls.filter(([{ options }]) => options.name === 'test-counts').map(([, lockWithin]) => lockWithin);
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    const { apply, ...next } = counts(2, 10);
    const older = { 1: { test_counts: 'SELECT *, events * 10 AS tenfold FROM {test_counts}' } };
    await withClient(database.url, async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT FROM test_counts LIMIT 1');
      const app = await start({ ...next, older, apply: async (...batch) => held.then(() => apply(...batch)) });
      const builds = app.app.get(ProjectionBuilds);
      const all = builds.all.bind(builds);
      const fedByAnother = (build: BuildRow) => (build.status === 'building' ? { ...build, owner: 'another' } : build);
      const look = jest.spyOn(builds, 'all').mockImplementation(async () => (await all()).map(fedByAnother));
      await waitFor(() => look.mock.calls.length > 3, { what: 'that to be seen' });
      const before = tries();
      // Longer than the rest behind the first try.
      await waitFor(() => look.mock.calls.length > 10, { what: 'some looks' });
      expect(tries()).toEqual(before);
      look.mockRestore();
      await waitFor(() => tries().length > before.length, { timeoutMs: 30_000, what: 'the next try' });
      expect(tries().join()).toMatch(/^100,200/);
      await client.query('COMMIT');
    });
    const tenfold = () => withClient(database.url, (client) => client.query('SELECT tenfold FROM test_counts'));
    await waitFor(tenfold, { timeoutMs: 30_000, what: 'the views to be changed' });
    go();
    await caughtUp(apps[0]!, 2);
  }, 60_000);

  it('keep grants and views of operators when they get more columns, and are left alone when they have them', async () => {
    await runBefore(3);
    await withClient(database.url, async (client) => {
      await client.query('GRANT SELECT ON test_counts TO pg_monitor');
      await client.query('CREATE VIEW of_operator AS SELECT sum(events)::int AS sum FROM test_counts');
    });
    const { apply, ...next } = counts(2, 10);
    const older = { 1: { test_counts: 'SELECT *, events * 10 AS tenfold FROM {test_counts}' } };
    const tenfold = 'tenfold int GENERATED ALWAYS AS (events * 10) STORED';
    const create = next.create.map((table) => table.replace(')', `, ${tenfold})`));
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    const app = await start({ ...next, older, create, apply: async (...batch) => held.then(() => apply(...batch)) });
    await waitFor(async () => (await stateOf(app))?.rebuilding, { what: 'the build to begin' });
    const seen = () =>
      withClient(database.url, async (client) => {
        const text = `SELECT (SELECT sum(tenfold)::int FROM test_counts) AS tenfold, (SELECT sum FROM of_operator),
                             has_table_privilege('pg_monitor', 'test_counts', 'SELECT') AS granted`;
        return (await client.query<{ tenfold: number; sum: number; granted: boolean }>(text)).rows[0];
      });
    /** Another one whenever the view is made again. */
    const made = () =>
      withClient(database.url, async (client) => {
        const text = `SELECT xmin::text FROM pg_rewrite WHERE ev_class = 'test_counts'::regclass`;
        return (await client.query<{ xmin: string }>(text)).rows[0]!.xmin;
      });
    expect(await seen()).toEqual({ tenfold: 30, sum: 3, granted: true });
    const first = await made();
    const serve = (selects: typeof older) =>
      app.app.get(ProjectionBuilds).serveOlder({ options: { ...next, older: selects }, basis: '' });
    await serve(older);
    expect(await made()).toBe(first);
    await serve({ 1: { test_counts: 'SELECT *, events * 20 AS tenfold FROM {test_counts}' } });
    expect(await made()).not.toBe(first);
    go();
    await caughtUp(app, 2);
    expect(await seen()).toEqual({ tenfold: 300, sum: 30, granted: true });
  });

  it('are fed and built anew though a view of an operator keeps those of before as they are', async () => {
    await runBefore(3);
    await withClient(database.url, (client) => client.query('CREATE VIEW of_operator AS SELECT * FROM test_counts'));
    const warn = jest.spyOn(Logger.prototype, 'warn');
    const older = { 1: { test_counts: 'SELECT events, product_id FROM {test_counts}' } };
    const app = await start({ ...counts(2, 10), older });
    await caughtUp(app, 2);
    expect(await read()).toEqual({ sum: 30, position: 3, version: 2 });
    const warnings = warn.mock.calls.map(([message]) => String(message)).filter((text) => text.includes('test-counts'));
    expect(warnings).toEqual([expect.stringMatching(/views of test-counts of before can't be changed.*depend on it/)]);
  });

  it('stop where they fail, leave nothing out, and go on', async () => {
    let works = false;
    const { apply, ...rest } = counts();
    const app = await start({
      ...rest,
      apply: async (events, context) => {
        await apply(events, context);
        if (!works && events.some(({ productId }) => productId === 'prd_3')) throw new Error('not yet');
      },
    });
    for (let index = 0; index < 6; index += 1) await publish(app, `prd_${index}`);
    await waitFor(async () => (await stateOf(app))?.position !== undefined, { what: 'the projection' });
    works = true;
    await caughtUp(app);
    expect(await read()).toEqual({ sum: 6, position: 6, version: 1 });
  });

  it('are known to admins only, and are neither sought nor there by another name', async () => {
    const app = await start(counts());
    await waitFor(() => stateOf(app), { what: 'the first build' });
    const authorization = await app.token({ role: 'vendor', vendorId: 'vnd_1' });
    expect((await app.request('GET', '/api/projections', undefined, { authorization })).status).toBe(403);
    const rebuild = '/api/projections/test-counts/rebuild';
    expect((await app.request('POST', rebuild, undefined, { authorization })).status).toBe(403);
    expect(await app.request('POST', '/api/projections/none/rebuild')).toMatchObject({
      status: 404,
      body: { code: 'projection_not_found' },
    });
    const { body } = await app.request<{ consumers: { name: string }[] }>('GET', '/api/consumers');
    const consumer = body.consumers.find(({ name }) => name.startsWith('test-counts.'))!;
    expect(await app.request('POST', `/api/consumers/${consumer.name}/seek`, { position: 0 })).toMatchObject({
      status: 409,
      body: { code: 'projection_consumer' },
    });
    expect(await app.request('DELETE', `/api/consumers/${consumer.name}`)).toMatchObject({ status: 409 });
  });
});
