import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Movers } from '../../src/contracts/index.js';
import { importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';
import { arrivalReport, type Reported } from '../support/series-model.js';

type Row = [market: string, day: string, modal: number, arrived?: number];

describe('Movers', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const send = async (commodity: string, state: string, rows: readonly Row[]): Promise<void> => {
    const reports = rows.map(([market, day, modal, arrived]): Reported => {
      const prices = { min: modal - 10, max: modal + 10, modal, ...(arrived !== undefined && { arrived }) };
      return { state, market, variety: 'Red', day, ...prices };
    });
    expect((await importCsv(app, arrivalReport(reports, commodity))).status).toBe(200);
    await seriesCaughtUp(app);
  };
  const movers = async (query = ''): Promise<Movers['movers']> =>
    (await app.request<Movers>('GET', `/api/series/movers?${query}`)).body.movers;
  const ofDay = (day: string, ...prices: number[]): Row[] => prices.map((price, index) => [`M${index}`, day, price]);

  it('are changes of what the same markets have reported of the same products on both days', async () => {
    // The dear market M3 reports on the second day only: the mean rises, and no price has.
    await send('Onion', 'Kerala', [
      ...ofDay('2026-01-05', 1_000, 1_200, 1_400),
      ...ofDay('2026-01-06', 1_000, 1_200, 1_310, 4_000),
    ]);
    await send('Potato', 'Kerala', [
      ...ofDay('2026-01-05', 1_000, 1_000, 1_000),
      ...ofDay('2026-01-06', 1_100, 1_200, 1_300),
    ]);
    await send('Garlic', 'Kerala', [...ofDay('2026-01-05', 1_000, 1_000), ...ofDay('2026-01-06', 2_000, 2_000)]);
    expect(await movers()).toEqual([
      {
        ...{ commodity: 'potato', day: '2026-01-06', before: '2026-01-05', price: 1_200, priceBefore: 1_000 },
        ...{ change: 200, changePercent: 20, markets: 3, weighted: false },
      },
      {
        ...{ commodity: 'onion', day: '2026-01-06', before: '2026-01-05', price: 1_170, priceBefore: 1_200 },
        ...{ change: -30, changePercent: -2.5, markets: 3, weighted: false },
      },
    ]);
    expect(await movers('limit=1&state=kerala')).toMatchObject([{ commodity: 'potato' }]);
    expect(await movers('state=Goa')).toEqual([]);
    expect(await movers('category=spices')).toEqual([]);
    expect(await movers('category=vegetables')).toHaveLength(2);
  });

  it('are weighted by what has arrived on both days together, so that other amounts are no change', async () => {
    await send('Tomato', 'Goa', [
      ['M0', '2026-01-05', 1_000, 90],
      ['M1', '2026-01-05', 2_000, 10],
      ['M2', '2026-01-05', 3_000, 10],
      ['M0', '2026-01-06', 1_000, 10],
      ['M1', '2026-01-06', 2_000, 90],
      ['M2', '2026-01-06', 3_300, 40],
    ]);
    // (1,000 × 100 + 2,000 × 100 + 3,000 × 50) / 250, and 3,300 in place of 3,000.
    expect(await movers('state=Goa')).toMatchObject([
      { commodity: 'tomato', price: 1_860, priceBefore: 1_800, changePercent: 3.33, weighted: true },
    ]);
  });

  it('pass by a day that few have reported, and go back further where a day has no market', async () => {
    await send('Onion', 'Sikkim', [
      ...ofDay('2026-01-03', ...Array.from({ length: 20 }, () => 1_000)),
      ...ofDay('2026-01-11', ...Array.from({ length: 20 }, () => 1_100)),
      ...ofDay('2026-01-12', 2_000, 2_000, 2_000, 2_000),
    ]);
    expect(await movers('state=Sikkim&window=7d')).toMatchObject([
      { day: '2026-01-11', before: '2026-01-03', markets: 20, changePercent: 10 },
    ]);
    expect(await movers('state=Sikkim&window=30d')).toEqual([]);
  });
});
