import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PriceObservation, ProductUpdates } from '../../../contracts/index.js';
import { KnownReports } from './known-reports.js';
import { effectOf, isSuspicious, type PriceReported } from './report-effect.js';

const REPORT: PriceReported = {
  day: '2026-09-20',
  min: 2_400,
  max: 2_600,
  modal: 2_500,
  unit: 'quintal',
  currency: 'INR',
  arrivals: null,
  source: 'a file',
  flags: [],
};
const ON_THAT_DAY = { pricedOn: '2026-09-20' };
const stored = (report: Partial<PriceReported>, revision = 1): PriceObservation => ({ ...REPORT, ...report, revision });

describe('A report', () => {
  it('of a newer day gives the product its price and day', () => {
    expect(effectOf(REPORT, { pricedOn: '2026-09-19' }, undefined)).toEqual({
      observation: { ...REPORT, revision: 1 },
      updates: {
        basePrice: 2_500,
        minPrice: 2_400,
        maxPrice: 2_600,
        unit: 'quintal',
        currency: 'INR',
        pricedOn: '2026-09-20',
      },
    });
  });

  it('of an older day is kept, and the product stays as it is', () => {
    expect(effectOf(REPORT, { pricedOn: '2026-09-21' }, undefined)).toEqual({
      observation: { ...REPORT, revision: 1 },
      updates: {},
    });
  });

  it('that comes again says nothing, whatever file it comes from', () => {
    const again = { ...REPORT, source: 'another file', flags: ['rounded' as const] };
    expect(effectOf(again, ON_THAT_DAY, stored({}))).toBeUndefined();
  });

  it('of the same day with another price revises it', () => {
    const { observation, updates } = effectOf({ ...REPORT, modal: 2_550 }, ON_THAT_DAY, stored({}, 3))!;
    expect(observation).toMatchObject({ revision: 4, modal: 2_550 });
    expect(updates).toMatchObject({ basePrice: 2_550 });
  });

  it('without arrivals or a range takes nothing away from one that has them', () => {
    const full = stored({ arrivals: { quantity: 12, unit: 'tonne', kg: 12_000 } });
    expect(effectOf(REPORT, ON_THAT_DAY, full)).toBeUndefined();
    expect(effectOf({ ...REPORT, min: null, max: null }, ON_THAT_DAY, full)).toBeUndefined();
    const { observation } = effectOf({ ...REPORT, modal: 2_550, min: null, max: null }, ON_THAT_DAY, full)!;
    expect(observation).toMatchObject({ min: null, max: null, arrivals: { kg: 12_000 } });
  });

  it('in another unit is another price', () => {
    expect(effectOf({ ...REPORT, unit: 'kg' }, ON_THAT_DAY, stored({}))?.updates).toMatchObject({ unit: 'kg' });
  });

  it.each<[string, Partial<PriceReported>, Partial<PriceReported>, boolean]>([
    ['five times as much', { modal: 12_500 }, { day: '2026-09-10' }, true],
    ['a fifth', { modal: 500 }, { day: '2026-08-21' }, true],
    ['less than five times as much', { modal: 12_499 }, { day: '2026-09-10' }, false],
    ['five times as much after more than 30 days', { modal: 12_500 }, { day: '2026-08-20' }, false],
    ['the same in another unit', { modal: 25, unit: 'kg' }, { day: '2026-09-10' }, false],
    ['in what cannot be compared', { modal: 1, unit: 'crate' }, { day: '2026-09-10' }, false],
  ])('of %s is suspicious or not', (_what, report, before, suspicious) => {
    expect(isSuspicious({ ...REPORT, ...report }, { ...REPORT, ...before })).toBe(suspicious);
  });
});

describe('Reports of many days', () => {
  const day = (index: number) => new Date(Date.UTC(2026, 8, 1 + index)).toISOString().slice(0, 10);
  const arrivals = fc.constantFrom(null, { quantity: 3, unit: 'quintal', kg: 300 });
  const reports = fc
    .uniqueArray(fc.tuple(fc.nat(9), fc.constantFrom(20, 20, 25, 30), arrivals), { selector: ([index]) => index })
    .map((some) => some.map(([index, modal, kg]) => ({ ...REPORT, day: day(index), modal, arrivals: kg })));
  const repeated = reports.chain((some) =>
    fc.tuple(
      fc.constant(some),
      fc.shuffledSubarray([...some, ...some], { minLength: some.length }).map((order) => [...order, ...some]),
    ),
  );

  function outcome(given: readonly PriceReported[]) {
    const known = new KnownReports([]);
    let product: ProductUpdates & { pricedOn: string } = { pricedOn: '' };
    for (const report of given) {
      const effect = effectOf(report, product, known.ofDay('p', report.day));
      if (!effect) continue;
      known.add('p', effect.observation);
      product = { ...product, ...effect.updates };
    }
    return { product, days: given.map((report) => [report.day, known.ofDay('p', report.day)]).sort() };
  }

  it('give the same product and prices in any order, any number of times', () => {
    fc.assert(
      fc.property(repeated, ([once, often]) => {
        const { product, days } = outcome(often);
        const inOrder = outcome(once);
        expect(product).toEqual(inOrder.product);
        expect(new Map(days as never)).toEqual(new Map(inOrder.days as never));
      }),
    );
  });

  it('are compared with the last day before, not with the last that came', () => {
    const known = new KnownReports([{ productId: 'p', report: stored({ day: day(1) }) }]);
    known.add('p', stored({ day: day(5) }));
    expect(known.before('p', day(5))?.day).toBe(day(1));
    expect(known.before('p', day(9))?.day).toBe(day(5));
    expect(known.before('p', day(1))).toBeUndefined();
    expect(known.before('q', day(9))).toBeUndefined();
  });
});
