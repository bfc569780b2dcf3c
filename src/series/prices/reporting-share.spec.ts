import { describe, expect, it } from '@jest/globals';
import { ReportingShares } from './reporting-share.js';

const TODAY = '2026-03-31';
/** Reports of Mondays in March; those of 2, 9, 16 and 23 March say what is normal on the 30th. */
const counts = (...reports: number[]) =>
  new Map(reports.map((count, week) => [`2026-03-${String(2 + 7 * week).padStart(2, '0')}`, count] as const));
const reportingShare = (from: string, to: string, today: string, reports: ReadonlyMap<string, number>) =>
  new ReportingShares(Object.fromEntries(reports), today).of(from, to);
const monday = (...reports: number[]): number | null =>
  reportingShare('2026-03-30', '2026-03-30', TODAY, counts(...reports));

describe('The reporting share of a day', () => {
  it('is what has been reported of the median of the same weekday of the four weeks before', () => {
    expect(monday(100, 80, 120, 90, 76)).toBe(0.8);
    expect(monday(100, 80, 120, 90)).toBe(0);
  });

  it('is not known where fewer than three of these have reports', () => {
    expect(monday(100, 0, 120, 90, 100)).toBe(1);
    expect(monday(100, 0, 0, 90, 100)).toBeNull();
    expect(monday()).toBeNull();
  });

  it('is never more than all', () => {
    expect(monday(10, 10, 10, 10, 25)).toBe(1);
  });
});

describe('The reporting share of a week', () => {
  it('is of the days whose normal is known, until today', () => {
    const days = counts(10, 10, 10, 10, 5);
    days.set('2026-03-31', 99);
    expect(reportingShare('2026-03-30', '2026-04-05', '2026-04-30', days)).toBe(0.5);
    const tuesdays = [3, 10, 17, 24].map((day) => [`2026-03-${String(day).padStart(2, '0')}`, 10] as const);
    const both = new Map([...counts(10, 10, 10, 10, 5), ...tuesdays]);
    expect(reportingShare('2026-03-30', '2026-04-05', '2026-03-31', both)).toBe(0.25);
    expect(reportingShare('2026-03-30', '2026-04-05', '2026-03-30', both)).toBe(0.5);
  });
});
