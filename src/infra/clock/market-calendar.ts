import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';

const DAY = 86_400_000;

/** Days of the market (`MARKET_TIMEZONE`), as `yyyy-mm-dd`. */
@Injectable()
export class MarketCalendar {
  private readonly format: Intl.DateTimeFormat;

  constructor(config: AppConfig) {
    // Sweden writes days as ISO 8601 does.
    this.format = new Intl.DateTimeFormat('sv-SE', { timeZone: config.marketTimezone, dateStyle: 'short' });
  }

  /** @param time milliseconds since 1970, UTC */
  dayOf(time: number): string {
    return this.format.format(time);
  }

  /** When a day begins, in milliseconds since 1970, UTC. */
  startOf(day: string): number {
    let [before, begun] = [Date.parse(day) - DAY, Date.parse(day) + DAY];
    while (begun - before > 1) {
      const middle = Math.floor((before + begun) / 2);
      if (this.dayOf(middle) < day) before = middle;
      else begun = middle;
    }
    return begun;
  }
}

/** The day that comes so many days after `day`; negative numbers go back. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
}

/** How many days `day` comes after `before`. */
export function daysBetween(before: string, day: string): number {
  return (Date.parse(day) - Date.parse(before)) / DAY;
}
