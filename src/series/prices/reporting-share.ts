/** Weeks before a day that say what is normal on such a day, and how many of them must have reports. */
export const NORMAL_WEEKS = 4;
const KNOWN_WEEKS = 3;

/** Days since 1970: dates are compared by the hundred for each series. */
const dayNumber = (day: string): number => Date.parse(day) / 86_400_000;

/**
 * How much of what is normal on some days a place has reported. What is normal is the median of the same weekday of the
 * four weeks before, which late reports have settled by then (after three days nearly all are there); it isn't known
 * unless at least three of the four have reports: the place is new, or doesn't trade on such days.
 */
export class ReportingShares {
  private readonly reports: ReadonlyMap<number, number>;
  private readonly today: number;

  /**
   * @param reports by market day; a day without has none
   * @param today later days have nothing to report yet
   */
  constructor(reports: Readonly<Record<string, number>>, today: string) {
    this.reports = new Map(Object.entries(reports).map(([day, count]) => [dayNumber(day), count]));
    this.today = dayNumber(today);
  }

  /**
   * From 0 to 1 with three decimals; more than is normal counts as all.
   *
   * @returns null if it isn't known what is normal on any of the days
   */
  of(from: string, to: string): number | null {
    let [reported, expected] = [0, 0];
    const last = Math.min(dayNumber(to), this.today);
    for (let day = dayNumber(from); day <= last; day += 1) {
      const normal = this.normalOf(day);
      if (normal === undefined) continue;
      expected += normal;
      reported += Math.min(this.reports.get(day) ?? 0, normal);
    }
    return expected === 0 ? null : Math.round((1_000 * reported) / expected) / 1_000;
  }

  private normalOf(day: number): number | undefined {
    let [known, sum, least, most] = [0, 0, Infinity, 0];
    for (let week = 1; week <= NORMAL_WEEKS; week += 1) {
      const count = this.reports.get(day - 7 * week) ?? 0;
      if (count > 0) known += 1;
      sum += count;
      least = Math.min(least, count);
      most = Math.max(most, count);
    }
    // Of four the median is the mean of the two that are neither the least nor the most.
    return known < KNOWN_WEEKS ? undefined : (sum - least - most) / 2;
  }
}
