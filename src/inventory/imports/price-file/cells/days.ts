import { ImportDatesAmbiguousError } from '../import-file.errors.js';
import { quoted, RefusedCell } from './refused-cell.js';

/** 27/07/2023, 27-07-2023, 27.07.2023, 27/07/23 */
const DAY_FIRST = /^(?<day>\d{2})([/.-])(?<month>\d{2})\2(?<year>\d{4}|\d{2})$/;
/** 27 Jul 2023, 27-Jul-2023, 27-July-23 */
const NAMED = /^(?<day>\d{1,2})([ -])(?<name>[a-z]{3,9})\2(?<year>\d{4}|\d{2})$/i;
/** 2023-07-27, with a time of day or without */
const YEAR_FIRST =
  /^(?<year>\d{4})[/-](?<month>\d{2})[/-](?<day>\d{2})(?:[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?<zone>Z|[+-]\d{2}:\d{2})?)?$/;

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** Milliseconds by which Indian clocks are ahead of UTC, all year. */
const INDIAN_OFFSET = 5.5 * 3_600_000;

/** A row whose day can only be right if the month comes first. */
export interface MonthFirst {
  line: number;
  text: string;
}

/**
 * Reads the days of one file. The day comes before the month, always: nothing is guessed. But a row such as 07/27/2023
 * shows that the file may have them the other way round, and then 07/08/2023 is not to be trusted either: see
 * `monthFirst`.
 */
export class DayReader {
  private proof: MonthFirst | undefined;
  private eitherWay = false;
  private dayFirst = false;
  /** A file has few days, and rows of one day follow each other. */
  private last: { text: string; day: string } | undefined;

  /**
   * @returns yyyy-mm-dd
   * @throws RefusedCell
   */
  read(text: string, line: number): string {
    if (text === this.last?.text) return this.last.day;
    const day = this.parse(text, line);
    this.last = { text, day };
    return day;
  }

  /**
   * The first row that proves that months come first, if nothing speaks against it and other rows can be read both
   * ways. One that proves the opposite (27/07/2023) makes it a row that is wrong.
   */
  get monthFirst(): MonthFirst | undefined {
    return this.eitherWay && !this.dayFirst ? this.proof : undefined;
  }

  private parse(text: string, line: number): string {
    const numeric = DAY_FIRST.exec(text)?.groups as Record<'day' | 'month' | 'year', string> | undefined;
    if (numeric) {
      const { day, month, year } = numeric;
      this.weigh(Number(day), Number(month), { line, text });
      return calendarDay(text, year, month, day);
    }
    const named = NAMED.exec(text)?.groups as Record<'day' | 'name' | 'year', string> | undefined;
    if (named) return calendarDay(text, named.year, monthOf(named.name), named.day.padStart(2, '0'));
    const { year, month, day, time, zone } = YEAR_FIRST.exec(text)?.groups ?? {};
    if (year === undefined || month === undefined || day === undefined) {
      throw new RefusedCell(`${quoted(text)} is not a day such as 27/07/2023, 27-07-2023, 27 Jul 2023 or 2023-07-27`);
    }
    const said = calendarDay(text, year, month, day);
    if (time === undefined) return said;
    // A clock without a zone is the market's own.
    const instant = Date.parse(`${said}T${time}${zone ?? '+05:30'}`);
    if (Number.isNaN(instant)) throw new RefusedCell(`${quoted(text)} has no time of the day`);
    return new Date(instant + INDIAN_OFFSET).toISOString().slice(0, 10);
  }

  private weigh(first: number, second: number, row: MonthFirst): void {
    const [mayBeMonth, mayBeDay] = [first >= 1 && first <= 12, second >= 1 && second <= 31];
    if (first > 12 && first <= 31 && second >= 1 && second <= 12) this.dayFirst = true;
    else if (mayBeMonth && mayBeDay && second > 12) this.proof ??= row;
    else if (mayBeMonth && mayBeDay && first !== second) this.eitherWay = true;
  }
}

/**
 * To be asked when all days have been read.
 * @throws ImportDatesAmbiguousError
 */
export function refuseIfMonthFirst({ monthFirst }: DayReader): void {
  if (!monthFirst) return;
  const { line, text } = monthFirst;
  throw new ImportDatesAmbiguousError(
    `Days come before months in price files, but in line ${line} ${quoted(text)} has its month first, and other days of the ` +
      'file can be read both ways: write them as yyyy-mm-dd',
  );
}

function monthOf(name: string): string {
  const wanted = name.toLowerCase();
  const index = MONTHS.findIndex((month) => month === wanted || month.slice(0, 3) === wanted);
  // Month 00 is none of the calendar.
  return String(index + 1).padStart(2, '0');
}

function calendarDay(text: string, yearText: string, month: string, day: string): string {
  const year = yearText.length === 2 ? `20${yearText}` : yearText;
  const date = `${year}-${month}-${day}`;
  const parsed = new Date(`${date}T00:00:00Z`);
  // Date rolls 31 February over to March instead of refusing it. Year 0 exists in JavaScript and not in SQL.
  if (year === '0000' || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== date) {
    throw new RefusedCell(`${quoted(text)} is not a date of the calendar`);
  }
  return date;
}
