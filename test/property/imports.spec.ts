import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { vendorOfMarket } from '../../src/inventory/imports/agmarknet-catalogue.js';
import { ImportPageSizes } from '../../src/inventory/imports/import-page-sizes.js';
import type { ImportSummary } from '../../src/inventory/imports/import-summary.js';
import type { Answer, TestApp } from '../support/app.js';
import { type Instances, startTwoInstances } from '../support/instances.js';
import { randomOf } from '../support/interleaving.js';
import { applyInOrder, fileOf, type PriceHistories, randomRows } from '../support/price-files.js';
import { groupBy } from '../support/reading.js';
import { failAfter, failNoMore, slowDownWrites } from '../support/slow-writes.js';

/** Of this run; write it in its place to have the same files again. */
const SEED = Date.now() % 1_000_000;
const MARKETS = 6;
const FILES_PER_MARKET = 2;
/** Statements after which an import is broken off, at most; a file takes some 30. */
const BROKEN_WITHIN = 30;

type Random = (below: number) => number;

/**
 * Price files of few products and prices, in pages of one to five rows that overlap in time, since every write takes a
 * random while: all that comes of them is what the rows give one after the other.
 */
describe(`price files in pages that overlap (seed ${SEED})`, () => {
  let instances: Instances;
  let markets = 0;

  beforeAll(async () => {
    instances = await startTwoInstances();
    await slowDownWrites(instances.leader);
  });
  afterAll(() => instances.close());

  const send = (app: TestApp, csv: string, key?: string) =>
    app.request<ImportSummary>('POST', '/api/imports/agmarknet', csv, {
      'content-type': 'text/csv',
      ...(key !== undefined && { 'idempotency-key': key }),
    });
  const vendorIdOf = (market: string) => vendorOfMarket({ state: 'Delhi', district: 'North Delhi', market }).id;
  /** By commodity, in the order of their versions. */
  const eventsOf = async (market: string): Promise<Map<string, InventoryEvent[]>> => {
    const events = await instances.leader.app.get(DataSource).query<InventoryEvent[]>(
      `SELECT event_type AS "eventType", product_id AS "productId", version, product
       FROM inventory_events WHERE vendor_id = $1 ORDER BY product_id, seq`,
      [vendorIdOf(market)],
    );
    return groupBy(events, ({ product }) => product.name);
  };

  /** Changes availabilities of the market's products on the other instance, as fast as it can, until `work` is over. */
  async function disturbed<Result>(market: string, random: Random, work: Promise<Result>): Promise<Result> {
    let over = false;
    const ids = [...(await eventsOf(market)).values()].map((events) => events[0]!.productId);
    const disturbing = (async () => {
      while (!over && ids.length > 0) {
        const availability = ['available', 'limited', 'out_of_stock'][random(3)];
        const path = `/api/products/${ids[random(ids.length)]}/availability`;
        const { status } = await instances.follower.request('PUT', path, { availability });
        if (status !== 200 && status !== 503) throw new Error(`${path}: ${status}`);
      }
    })();
    try {
      return await work;
    } finally {
      over = true;
      await disturbing;
    }
  }

  async function expectHistories(market: string, histories: PriceHistories): Promise<void> {
    const found = await eventsOf(market);
    expect([...found.keys()].sort()).toEqual([...histories.keys()].sort());
    for (const [commodity, prices] of histories) {
      const events = found.get(commodity)!;
      expect(events.map(({ version }) => version)).toEqual(events.map((_event, index) => index + 1));
      const priced = events.filter(({ eventType }) => eventType !== 'availability_changed');
      expect({ commodity, prices: priced.map(({ product }) => product.basePrice) }).toEqual({ commodity, prices });
      expect(events.at(-1)!.product.basePrice).toBe(prices.at(-1));
    }
  }

  const both = (): TestApp[] => [instances.leader, instances.follower];
  const setPageSizes = (size: number): void => {
    for (const { app } of both()) Object.assign(app.get(ImportPageSizes), { unkeyed: size, keyed: size });
  };

  /** Files of new markets, one after the other; `importFile` sends each until it is done. */
  async function importAll(
    importFile: (csv: string, random: Random) => Promise<Answer<ImportSummary>>,
    { expectCounts = true } = {},
  ): Promise<void> {
    for (let run = 0; run < MARKETS; run += 1) {
      const random = randomOf(SEED + run);
      const market = `Market ${(markets += 1)}`;
      let histories: PriceHistories = new Map();
      for (let file = 0; file < FILES_PER_MARKET; file += 1) {
        setPageSizes(1 + random(5));
        const rows = randomRows(random);
        const counts = applyInOrder(rows, histories);
        const csv = fileOf(market, rows);
        const { status, body } = await disturbed(market, random, importFile(csv, random));
        expect(status).toBe(200);
        if (expectCounts) {
          expect(body).toMatchObject({ ...counts, vendorsCreated: file === 0 ? 1 : 0 });
          await expectHistories(market, histories);
        } else {
          // Earlier prices are set once more on the way to the latest.
          const found = await eventsOf(market);
          const last = (prices: number[] | undefined) => prices?.at(-1);
          for (const [commodity, prices] of histories) {
            expect([commodity, found.get(commodity)?.at(-1)?.product.basePrice]).toEqual([commodity, last(prices)]);
          }
          histories = new Map([...histories].map(([commodity, prices]) => [commodity, prices.slice(-1)]));
        }
      }
    }
  }

  it('amount to their rows one after the other, on the leader and on the other instance', async () => {
    await importAll((csv, random) => send(both()[random(2)]!, csv));
  });

  it('amount to the same with a key', async () => {
    await importAll((csv, random) => send(both()[random(2)]!, csv, randomUUID()));
  });

  it('amount to the same with a key, broken off and resumed anywhere, on any instance', async () => {
    let broken = 0;
    await importAll(async (csv, random) => {
      const key = randomUUID();
      for (;;) {
        await failAfter(instances.leader, 1 + random(BROKEN_WITHIN));
        const answer = await send(both()[random(2)]!, csv, key);
        await failNoMore(instances.leader);
        if (answer.status !== 503) return answer;
        broken += 1;
      }
    });
    expect(broken).toBeGreaterThan(0);
  });

  it('end with the last prices when they are broken off and sent again without a key', async () => {
    let broken = 0;
    await importAll(
      async (csv, random) => {
        await failAfter(instances.leader, 1 + random(BROKEN_WITHIN));
        const answer = await send(both()[random(2)]!, csv);
        await failNoMore(instances.leader);
        if (answer.status !== 503) return answer;
        broken += 1;
        return send(both()[random(2)]!, csv);
      },
      { expectCounts: false },
    );
    expect(broken).toBeGreaterThan(0);
  });
});
