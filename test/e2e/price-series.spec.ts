import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PriceSeries, SeriesBucket, SeriesCommodity, SeriesPoint } from '../../src/contracts/index.js';
import { dayAfter } from '../../src/infra/index.js';
import { importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { expectProblem } from '../support/problems.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';
import { waitFor } from '../support/processes.js';
import { arrivalReport, pointsOf, type Reported } from '../support/series-model.js';
import { withClient } from '../support/with-client.js';

const FROM = '2026-01-05';
const TO = '2026-02-20';

/** Of some markets, with days that some or all of them leave out, prices with paise, arrivals here and there. */
function reports(): Reported[] {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const markets = ['Lasalgaon', 'Pune', 'Nagpur', 'Solapur', 'Rahuri'].map((market) => ({
    state: 'Maharashtra',
    market,
  }));
  const all = [...markets, { state: 'Gujarat', market: 'Rajkot' }];
  const days = Array.from({ length: 47 }, (_, index) => dayAfter(FROM, index)).filter((day) => !day.endsWith('6'));
  return days.flatMap((day) =>
    all
      .filter(() => random(5) > 0)
      .flatMap(({ state, market }) =>
        ['Red', 'White'].slice(random(2)).map((variety) => {
          const modal = (100_000 + random(150_000)) / 100;
          const [min, max] = [Math.floor(modal) - random(300), Math.ceil(modal) + random(300) / 10];
          return { state, market, variety, day, min, max, modal, ...(random(3) > 0 && { arrived: 1 + random(900) }) };
        }),
      ),
  );
}

describe('The series of a commodity', () => {
  const all = reports();
  const ofState = all.filter(({ state }) => state === 'Maharashtra');
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
    // In two overlapping files, the later days first.
    const [late, early] = [all.slice(all.length / 3), all.slice(0, all.length / 2)];
    for (const some of [late, early]) expect((await importCsv(app, arrivalReport(some))).status).toBe(200);
    await seriesCaughtUp(app);
  });
  afterAll(() => app.close());

  const series = async (query: string): Promise<PriceSeries> => {
    const { status, body } = await app.request<PriceSeries>('GET', `/api/series/prices?${query}`, undefined, {
      authorization: '',
    });
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  };
  const points = async (query: string): Promise<Omit<SeriesPoint, 'reportingShare'>[]> =>
    (await series(`from=${FROM}&to=${TO}&${query}`)).points.map(({ reportingShare: _, ...figures }) => figures);

  it.each<SeriesBucket>(['day', 'week', 'month'])(
    'is what the reports amount to, to the paisa, by %s',
    async (bucket) => {
      const found = await points(`commodity=onion&state=Maharashtra&bucket=${bucket}`);
      expect(found).toEqual(pointsOf(ofState, bucket));
      expect(await points(`commodity=onion&bucket=${bucket}`)).toEqual(pointsOf(all, bucket));
    },
  );

  it('has no point of a day without reports', async () => {
    const days = (await points('commodity=onion')).map(({ from }) => from);
    expect(days).toContain('2026-01-15');
    expect(days).not.toContain('2026-01-16');
    expect(await points('commodity=potato')).toEqual([]);
  });

  it('is of a district, market, variety or product, too', async () => {
    const pune = all.filter(({ market }) => market === 'Pune');
    expect(await points('commodity=onion&market=pune')).toEqual(pointsOf(pune, 'day'));
    expect(await points('commodity=onion&district=Maharashtra%20District')).toEqual(pointsOf(ofState, 'day'));
    const red = pune.filter(({ variety }) => variety === 'Red');
    expect(await points('commodity=onion&market=Pune&variety=red&state=महाराष्ट्र')).toEqual(pointsOf(red, 'day'));
    const { body } = await app.request<{ items: { id: string; variety: string }[] }>(
      'GET',
      '/api/products/search?market=Pune',
    );
    const { id } = body.items.find(({ variety }) => variety === 'Red')!;
    expect(await points(`productId=${id}`)).toEqual(pointsOf(red, 'day'));
  });

  it('is in the unit that is asked for, and leaves out what is not comparable with it', async () => {
    const { unit, currency, points: perKg } = await series(`commodity=onion&from=${FROM}&to=${FROM}&unit=kg`);
    const [perQuintal] = (await series(`commodity=onion&from=${FROM}&to=${FROM}`)).points;
    expect([unit, currency, perKg.length]).toEqual(['kg', 'INR', 1]);
    expect(perKg[0]!.mean).toBeCloseTo(perQuintal!.mean! / 100, 2);
    expect((await series(`commodity=onion&from=${FROM}&to=${TO}&unit=piece`)).points).toEqual([]);
    expect((await series(`commodity=onion&from=${FROM}&to=${TO}&currency=USD`)).points).toEqual([]);
  });

  it('widens its days to whole weeks', async () => {
    const wednesdays = await series('commodity=onion&from=2026-01-14&to=2026-01-14&bucket=week');
    expect(wednesdays.points.map(({ from, to }) => [from, to])).toEqual([['2026-01-12', '2026-01-18']]);
  });

  it('says how much of what is normal has been reported, once that is known', async () => {
    const { points: found } = await series(`commodity=onion&state=Maharashtra&from=${FROM}&to=${TO}`);
    expect(found.slice(0, 20).every(({ reportingShare }) => reportingShare === null)).toBe(true);
    expect(found.at(-1)!.reportingShare).toBeGreaterThan(0);
  });

  it('spares what the client has, wherever the log stands', async () => {
    const path = `/api/series/prices?commodity=onion&from=${FROM}&to=${TO}`;
    const { headers } = await app.request('GET', path);
    const etag = headers.get('etag')!;
    expect(etag).toMatch(/^W\//);
    await importCsv(app, arrivalReport([{ ...all[0]!, day: TO }], 'Garlic'));
    await seriesCaughtUp(app);
    expect((await app.request('GET', path, undefined, { 'if-none-match': etag })).status).toBe(304);
    await importCsv(app, arrivalReport([{ ...all[0]!, day: TO, modal: 1 }]));
    await seriesCaughtUp(app);
    expect((await app.request('GET', path, undefined, { 'if-none-match': etag })).status).toBe(200);
  });

  it('is refused of nothing in particular, and of too many days', async () => {
    for (const [query, detail] of [
      ['', 'commodity: is missing, and so is productId'],
      ['commodity=onion&from=2026-02-01&to=2026-01-31', 'from: must not be after to'],
      ['commodity=onion&from=0001-01-01&to=0001-01-02', 'to: must be from 1900-01-01 to 2999-12-31'],
      ['commodity=onion&from=9999-12-31&bucket=month', 'to: must be from 1900-01-01 to 2999-12-31'],
      ['commodity=onion&from=2016-01-01&to=2026-01-31', 'from: must be within 3660 days of to'],
    ]) {
      const answer = await app.request('GET', `/api/series/prices?${query}`);
      expectProblem(answer, 400, 'validation_failed');
      expect(answer.body).toMatchObject({ detail });
    }
  });
});

describe('Reports of one day', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const report = { state: 'Kerala', market: 'Aluva', variety: 'Red', day: '2026-01-10', min: 1_500, max: 2_100 };
  const send = async (...some: Reported[]): Promise<void> => {
    expect((await importCsv(app, arrivalReport(some))).status).toBe(200);
    await seriesCaughtUp(app);
  };
  const points = async (more = ''): Promise<SeriesPoint[]> => {
    const path = `/api/series/prices?commodity=onion&state=Kerala&from=2026-01-01&to=2026-01-31${more}`;
    return (await app.request<PriceSeries>('GET', path)).body.points;
  };

  it('that are corrected count as they were corrected, or as they were known first', async () => {
    await send({ ...report, modal: 2_000 });
    await send({ ...report, modal: 1_800, min: 1_600 });
    expect(await points()).toMatchObject([{ mean: 1_800, min: 1_600, reports: 1 }]);
    expect(await points('&revisions=first')).toMatchObject([{ mean: 2_000, min: 1_500, reports: 1 }]);
  });

  it('with a jump of the price are counted, and are in no figure', async () => {
    await send({ ...report, day: '2026-01-12', min: 15_000, max: 20_000, modal: 18_000 });
    await send({ ...report, day: '2026-01-12', market: 'Palakkad', modal: 1_900 });
    expect((await points()).at(-1)).toMatchObject({ mean: 1_900, max: 2_100, reports: 1, markets: 1, suspicious: 1 });
    // What comes between makes it a smaller jump.
    await send({ ...report, day: '2026-01-11', min: 4_000, max: 5_000, modal: 4_500 });
    expect((await points()).at(-1)).toMatchObject({ mean: 9_950, max: 20_000, reports: 2, markets: 2, suspicious: 0 });
  });

  it('are of commodities that can be listed, by state', async () => {
    await send({ ...report, market: 'Palakkad', state: 'Tamil Nadu', modal: 1_900 });
    const list = async (query: string): Promise<SeriesCommodity[]> =>
      (await app.request<{ commodities: SeriesCommodity[] }>('GET', `/api/series/commodities${query}`)).body
        .commodities;
    expect(await list('')).toEqual([{ commodity: 'onion', markets: 3, products: 3, lastDay: '2026-01-12' }]);
    expect(await list('?state=tamil%20nadu')).toMatchObject([{ markets: 1, lastDay: '2026-01-10' }]);
    expect(await list('?state=Goa')).toEqual([]);
  });

  it('are not to be had from tables of a version before that lack something, until others are built', async () => {
    await withClient(app.database.url, async (client) => {
      await client.query('DROP VIEW series_days; CREATE VIEW series_days AS SELECT now()::date AS day');
    });
    const answer = await app.request('GET', '/api/series/prices?commodity=onion');
    expectProblem(answer, 503, 'unavailable');
    expect((await app.request('POST', '/api/projections/price-series/rebuild')).status).toBeLessThan(300);
    const isServed = async (): Promise<boolean> =>
      (await app.request('GET', '/api/series/prices?commodity=onion')).status === 200;
    await waitFor(isServed, { what: 'the tables that have been built anew' });
    expect((await points()).length).toBeGreaterThan(0);
  });
});
