import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importWeek } from '../support/findability/catalogue.js';
import { Findability, printed, type Report } from '../support/findability/measure.js';
import { commodities, everydayWords, KINDS, LANGS, markets, queries } from '../support/findability/table.js';

/**
 * Shares of queries, from 0 to 1, below which a change has made things worse; a little less than is reached, as the
 * order of products that are as good as one another depends on their random ids. `kind` and `lang` are of the worst of
 * each.
 */
const FLOORS = {
  work: { found: 0.985, first: 0.96, kind: 0.96, lang: 0.96, negative: 0.94, place: 0.9 },
  report: { found: 0.985, first: 0.96, kind: 0.97, lang: 0.95, negative: 0.9, place: 0.9 },
};
const HALF_TYPED = { 3: 0.94, 4: 0.98 };
const EVERYDAY_ANSWERED = 0.09;

describe('the table of queries', () => {
  const all = queries();

  it('has at least 600 that are to find a good, some of each kind in each language, in two halves', () => {
    const goods = all.filter(({ kind }) => kind !== 'negative' && kind !== 'place');
    expect(goods.length).toBeGreaterThanOrEqual(600);
    for (const half of ['work', 'report']) {
      const cells = new Set(goods.filter((one) => one.half === half).map(({ lang, kind }) => `${lang} ${kind}`));
      expect(
        LANGS.flatMap((lang) => KINDS.map((kind) => `${lang} ${kind}`)).filter((cell) => !cells.has(cell)),
      ).toEqual([]);
    }
  });

  it('has each query once, trimmed, of a kind and a language that are known', () => {
    expect(new Set(all.map(({ query, lang }) => `${lang} ${query}`)).size).toBe(all.length);
    for (const { query, lang, kind, half } of all) {
      expect(query).toBe(query.trim());
      expect(query).not.toBe('');
      expect(LANGS).toContain(lang);
      expect([...KINDS, 'negative', 'place']).toContain(kind);
      expect(['work', 'report']).toContain(half);
    }
  });

  it('expects goods and places that the catalogue has', () => {
    const slugs = new Set(commodities().map(({ slug }) => slug));
    const places = new Set(markets().flatMap(({ state, district, market }) => [state, district, market]));
    for (const { query, kind, goods, place } of all) {
      expect([query, goods.filter((slug) => !slugs.has(slug))]).toEqual([query, []]);
      expect([query, goods.length > 0]).toEqual([query, kind !== 'negative']);
      expect([query, place !== undefined && places.has(place)]).toEqual([query, kind === 'place']);
    }
  });

  it('goes with the 234 commodities of one week of the portal', () => {
    expect(new Set(commodities().map(({ commodity }) => commodity)).size).toBe(234);
    expect(everydayWords().length).toBeGreaterThanOrEqual(300);
  });
});

describe('findability', () => {
  let app: TestApp;
  let findability: Findability;

  beforeAll(async () => {
    app = await startApp();
    await importWeek(app);
    findability = new Findability(app);
    await findability.start();
  });
  afterAll(() => app.close());

  const worst = (report: Report, names: readonly string[]): number =>
    Math.min(...names.map((name) => report.groups.get(name)!.found));

  it.each(['work', 'report'] as const)('finds what people type as well as it did: half %s', async (half) => {
    const report = await findability.report(half);
    const floors = FLOORS[half];
    const reached = {
      found: report.all.found >= floors.found,
      first: report.all.first >= floors.first,
      kind: worst(report, KINDS) >= floors.kind,
      lang: worst(report, LANGS) >= floors.lang,
      negative: report.negative.found >= floors.negative,
      place: report.place.found >= floors.place,
    };
    const isReached = Object.values(reached).every(Boolean);
    // The table is the message when too much is missed.
    expect({ reached, figures: isReached ? '' : printed(report) }).toEqual({
      reached: { found: true, first: true, kind: true, lang: true, negative: true, place: true },
      figures: '',
    });
  });

  it.each([3, 4] as const)('finds the commonest goods by the first %d letters of their names', async (letters) => {
    const { score, missed } = await findability.halfTyped(letters);
    const isReached = score.found >= HALF_TYPED[letters];
    expect(isReached ? [] : missed).toEqual([]);
  });

  it('leaves most everyday words without an answer', async () => {
    const { share, answered } = await findability.everydayAnswered();
    expect(share <= EVERYDAY_ANSWERED ? [] : answered).toEqual([]);
  });
});
