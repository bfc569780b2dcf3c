import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app.js';
import { PastMarket, rebuildHistory } from '../support/past-market.js';
import { moveEvents } from '../support/retention.js';
import { startAlone, startPair, type SearchApps } from '../support/search-apps.js';

/** Of this run; write it in its place to have the same choices again. */
const SEED = Date.now() % 1_000_000;
/** `TEST_PAST=20000` makes an hour of a market of it; a tenth as many searches are recorded at least. */
const WRITES = Number(process.env.TEST_PAST ?? 400);
const SEARCHES = Math.max(200, WRITES / 10);
const TIMEOUT = 120_000 + WRITES * 200;
/** Cuts into some segments, however long the log is. */
const CUT = { segment: Math.max(100, Math.floor(WRITES / 10)), staying: 50 };

const ARRANGEMENTS: [string, () => Promise<SearchApps>, stands?: boolean][] = [
  ['one instance', () => startAlone()],
  ['two instances, while the log stands still now and then', () => startPair(), true],
];

/** G14: what was answered at a position is answered again. */
describe.each(ARRANGEMENTS)(`searches among random writes to %s (seed ${SEED})`, (_what, start, stands = false) => {
  let apps: SearchApps;
  let market: PastMarket;

  beforeAll(async () => {
    apps = await start();
    let random = SEED;
    market = new PastMarket([apps.first, apps.other], (values) => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff;
      return values[(random >> 8) % values.length]!;
    });
    await market.run({ writes: WRITES, searches: SEARCHES, seed: SEED, stands });
  }, TIMEOUT);
  afterAll(() => apps.close());

  it(
    'are answered again by their positions: the same items in the same order with the same fields',
    async () => {
      const { recorded, written } = market;
      expect(written).toBeGreaterThanOrEqual(WRITES);
      // On a busy machine a search may wait for its position.
      expect(recorded.length).toBeGreaterThan(WRITES < 1_000 ? 80 : SEARCHES - 1);
      expect(new Set(recorded.map(({ position }) => position)).size).toBeGreaterThan(30);
      expect(recorded.filter(({ items }) => items !== '[]').length).toBeGreaterThan(recorded.length / 10);
      expect(await market.differing([apps.first])).toEqual([]);
    },
    TIMEOUT,
  );

  it(
    'and again when the events of then have moved to segments',
    async () => {
      expect(await moveEvents(apps.first, CUT)).toBeGreaterThan(WRITES / 2);
      expect(await market.differing([apps.first, apps.other])).toEqual([]);
    },
    TIMEOUT,
  );

  it(
    'and when the history was made anew, by an instance that has never heard of the places of then',
    async () => {
      await rebuildHistory(apps.first, TIMEOUT);
      for (const vendor of market.vendors) {
        await apps.first.request('PATCH', `/api/vendors/${vendor.id}`, { state: 'Bihar', market: 'Patna' });
      }
      const later = await startApp({ database: apps.first.database });
      expect(await market.differing([later])).toEqual([]);
      await later.close();
    },
    TIMEOUT,
  );
});
