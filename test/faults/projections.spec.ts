import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import { setTimeout as pause } from 'node:timers/promises';
import type { PriceSeries, Product, ProjectionState, Vendor } from '../../src/contracts/index.js';
import { dayAfter } from '../../src/infra/index.js';
import { Cluster, ensureBuilt } from '../support/cluster/index.js';
import { waitFor } from '../support/processes.js';
import { arrivalReport, pointsOf, type Reported } from '../support/series-model.js';
import { bearer } from '../support/tokens.js';

const NAME = 'product-history';
const SERIES = 'price-series';
/** Reports of an import that is killed; `TEST_SERIES_REPORTS=25000` makes it a real week. */
const REPORTS = Number(process.env.TEST_SERIES_REPORTS ?? 3_000);
const KILLS = 3;
const FROM = '2026-01-05';
const DAYS = 10;
/** Events that are in the log at first: some batches of a rebuild. */
const EVENTS = 20_000;

/** As many changes of one product as a log has in a while, by SQL. */
const CHANGES = `
  WITH moved AS (
    UPDATE products SET version = version + $2::int WHERE id = $1 RETURNING *
  )
  INSERT INTO inventory_events (event_id, position, event_type, product_id, vendor_id, category, version, changes, product,
                                correlation_id, region, occurred_at)
  SELECT gen_random_uuid(), (SELECT max(position) FROM inventory_events) + step, e.event_type, e.product_id, e.vendor_id,
         e.category, e.version + step, '[]',
         jsonb_set(e.product::jsonb, '{version}', to_jsonb(e.version + step))::json, 'test', 'local', e.occurred_at
  FROM (SELECT * FROM inventory_events WHERE product_id = $1 ORDER BY position DESC LIMIT 1) e, moved,
       generate_series(1, $2::int) AS step`;

/** G13: an instance that is killed in the middle of a rebuild. */
describe('a projection that is rebuilt', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    await ensureBuilt();
    cluster = await Cluster.start({ instances: 2 });
  }, 120_000);
  afterAll(() => cluster?.dispose());

  const send = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const url = `${cluster.running[0]!.url}/api${path}`;
    return (await cluster.client.send<Body>(method, url, { body, timeoutMs: 20_000 })).body;
  };
  const state = async (of = NAME): Promise<ProjectionState> => {
    const { projections } = await send<{ projections: ProjectionState[] }>('GET', '/projections');
    return projections.find(({ name }) => name === of)!;
  };
  const verified = async (name: string): Promise<void> => {
    const report = await cluster.postgres.query((client) => verifyLog(client));
    expect(report).toMatchObject({ holes: 0, versionBreaks: [] });
    expect(report.projections.find((projection) => projection.name === name)).toMatchObject({ differences: [] });
    expect(isClean({ ...report, differences: [] })).toBe(true);
  };
  const owner = () =>
    cluster.postgres.query(async (client) => {
      const { rows } = await client.query<{ owner: string | null; position: number; build: number }>(`
        SELECT p.owner, p.position::int, b.id AS build
        FROM projection_builds b JOIN consumer_partitions p ON p.consumer = b.projection || '.' || b.id
        WHERE b.status = 'building'`);
      return rows[0];
    });

  it('goes on by another instance where it was, and is what the log says', async () => {
    const { id: vendorId } = await send<Vendor>('POST', '/vendors', { name: 'Busy' });
    const product = { vendorId, name: 'Onion', category: 'vegetables', basePrice: 1 };
    const { id } = await send<Product>('POST', '/products', product);
    await send('GET', '/events');
    await cluster.postgres.query((client) => client.query(CHANGES, [id, EVENTS]));
    await send('PATCH', `/products/${id}`, { basePrice: 2 });
    await waitFor(async () => (await state())?.position > EVENTS, { timeoutMs: 30_000, what: 'the first build' });

    await send('POST', `/projections/${NAME}/rebuild`);
    const begun = await waitFor(
      async () => {
        const found = await owner();
        return found && found.owner !== null && found.position > 0 ? found : undefined;
      },
      { what: 'the rebuild to begin', everyMs: 5 },
    );
    // Which of them owns it only the log of the instances tells: each is killed once, one after the other.
    for (const victim of [...cluster.instances]) {
      await victim.kill();
      await victim.start();
    }
    await waitFor(async () => (await state())?.rebuilding === null, { timeoutMs: 30_000, what: 'the swap' });
    await send('PATCH', `/products/${id}`, { basePrice: 3 });
    await send('GET', '/events');
    await waitFor(async () => (await state()).position > EVENTS + 3, { what: 'the projection to catch up' });
    expect(begun.position).toBeLessThan(EVENTS);
    const builds = await cluster.postgres.query(async (client) => {
      const text = `SELECT id FROM projection_builds WHERE projection = $1 AND status = 'live'`;
      return (await client.query<{ id: number }>(text, [NAME])).rows;
    });
    expect(builds).toEqual([{ id: begun.build }]);
    await verified(NAME);
  }, 180_000);

  it(
    'is what the log says, of series whose instances are killed in the middle of imports and of the rebuild',
    async () => {
      const markets = REPORTS / DAYS;
      const reports = Array.from({ length: REPORTS }, (_none, index): Reported => {
        const modal = 1_000 + ((index * 37) % 600);
        const place = {
          state: index % 3 === 0 ? 'Goa' : 'Kerala',
          market: `Market ${index % markets}`,
          variety: 'Red',
        };
        return { ...place, day: dayAfter(FROM, Math.floor(index / markets)), min: modal - 50, max: modal + 50, modal };
      });
      const authorization = await bearer();
      const upload = async (some: readonly Reported[]): Promise<number> => {
        const answer = await fetch(`${cluster.instances[0]!.url}/api/imports/agmarknet`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'text/csv' },
          body: arrivalReport(some),
        });
        await answer.arrayBuffer();
        return answer.status;
      };
      const head = async (): Promise<number> =>
        (await send<{ lastPosition: number }>('GET', '/events?limit=1')).lastPosition;
      let broken = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const before = await head();
        const part = reports.filter((_report, index) => index % KILLS === kill);
        const importing = upload(part).catch(() => 0);
        await send('POST', `/projections/${SERIES}/rebuild`);
        // Some of it is committed when it is killed, and some is not.
        const hasBegun = async (): Promise<boolean> => (await head()) > before;
        await waitFor(hasBegun, { timeoutMs: 20_000, everyMs: 5, what: 'the import' });
        await pause(20 * kill);
        await cluster.instances[0]!.kill();
        if ((await importing) !== 200) broken += 1;
        await cluster.instances[0]!.start();
      }
      expect(broken).toBeGreaterThan(0);
      expect(await upload(reports)).toBe(200);
      const position = await head();
      const caughtUp = async (): Promise<boolean> => {
        const series = await state(SERIES);
        return series.rebuilding === null && series.position >= position;
      };
      await waitFor(caughtUp, { timeoutMs: 60_000 + 10 * REPORTS, what: 'the series' });
      for (const place of ['Goa', 'Kerala']) {
        const path = `/series/prices?commodity=onion&state=${place}&from=${FROM}&to=${dayAfter(FROM, DAYS)}`;
        const { points } = await send<PriceSeries>('GET', path);
        const figures = points.map(({ reportingShare: _, ...rest }) => rest);
        expect(figures).toEqual(
          pointsOf(
            reports.filter(({ state: of }) => of === place),
            'day',
          ),
        );
      }
      await verified(SERIES);
    },
    180_000 + 20 * REPORTS,
  );
});
