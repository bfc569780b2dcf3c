import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { ImportSummary, InventoryEvent } from '../../src/contracts/index.js';
import { ImportPageSizes } from '../../src/inventory/imports/import-page-sizes.js';
import { vendorIdOf } from '../../src/inventory/imports/market-identity/market-id.js';
import type { Answer, TestApp } from '../support/app.js';
import { type Instances, startTwoInstances } from '../support/instances.js';
import { randomOf } from '../support/interleaving.js';
import { applyInOrder, fileOf, type PriceHistories, randomRows } from '../support/price-files.js';
import { groupBy } from '../../src/infra/index.js';
import { failAfter, failNoMore, slowDownWrites } from '../support/slow-writes.js';

/** Of this run; write it in its place to have the same files again. */
const SEED = Date.now() % 1_000_000;
const MARKETS = 6;
const FILES_PER_MARKET = 2;
/** Statements after which an import is broken off, at most; a file takes some 30. */
const BROKEN_WITHIN = 30;

type Random = (below: number) => number;
type LoggedEvent = Pick<InventoryEvent, 'eventType' | 'productId' | 'version' | 'product'> & { name: string };

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
  const idOf = (market: string) => vendorIdOf({ state: 'Delhi', district: 'North Delhi', market });
  /** By commodity, in the order of their versions. */
  const eventsOf = async (market: string): Promise<Map<string, LoggedEvent[]>> => {
    const events = await instances.leader.app.get(DataSource).query<LoggedEvent[]>(
      `SELECT e.event_type AS "eventType", e.product_id AS "productId", e.version, e.product, p.name
       FROM inventory_events e JOIN products p ON p.id = e.product_id WHERE e.vendor_id = $1 ORDER BY e.product_id, e.seq`,
      [idOf(market)],
    );
    return groupBy(events, ({ name }) => name);
  };
  /** What the log has told of the prices of a product. */
  const pricesOf = (events: readonly LoggedEvent[]): number[] =>
    events.flatMap(({ eventType, product }) =>
      product && eventType !== 'availability_changed' ? [product.basePrice] : [],
    );

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
    for (const [commodity, { prices }] of histories) {
      const events = found.get(commodity)!;
      const versions = [...new Set(events.map(({ version }) => version))];
      expect(versions).toEqual(versions.map((_version, index) => index + 1));
      expect({ commodity, prices: pricesOf(events) }).toEqual({ commodity, prices });
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
      const histories: PriceHistories = new Map();
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
          for (const [commodity, history] of histories) {
            const prices = pricesOf(found.get(commodity) ?? []);
            expect([commodity, prices.at(-1)]).toEqual([commodity, history.prices.at(-1)]);
            history.prices = prices;
          }
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
