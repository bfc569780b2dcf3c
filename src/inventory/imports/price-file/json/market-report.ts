import { ValidationFailedError } from '../../../../infra/index.js';
import type { ReportLine } from '../../price-report.js';
import { DayReader } from '../cells/days.js';
import { RefusedCell } from '../cells/refused-cell.js';
import type { ReaderOptions } from '../file-reader.js';
import { ImportHeaderError } from '../import-file.errors.js';
import { type Field, FIELDS } from '../layouts/headings.js';
import { MARKET_REPORT_JSON } from '../layouts/layout.js';
import { ReportBuilder } from '../report-builder.js';
import { CELL_AT, headingOfMember } from './json-cells.js';
import { marketRows, type MarketRow } from './market-rows.js';

/** Rows that are kept until the state or the day that they are of has been read. */
const MOST_WAITING = 20_000;
const NAMES: Readonly<Partial<Record<Field, string>>> = {
  state: 'stateName',
  market: 'marketName',
  commodity: 'commodityName',
  min: 'minimumPrice',
  max: 'maximumPrice',
  modal: 'modalPrice',
  unit: 'unitOfPrice',
  arrivalUnit: 'unitOfArrivals',
};
/** Members of the document that say its day, in small letters. */
const DAY_MEMBERS = new Set(['date', 'day', 'reportdate', 'reporteddate', 'pricedate', 'arrivaldate']);
const DAYS_IN_TITLE = /\b(?:\d{2}[/.-]\d{2}[/.-]\d{4}|\d{1,2}[ -][a-z]{3,9}[ -]\d{4}|\d{4}-\d{2}-\d{2})\b/gi;

type NumberedRow = MarketRow & { line: number };

/**
 * Makes reports of the portal's market report. Its day stands beside the states or in the title, and a state's name
 * beside its markets; where they stand behind them, rows wait.
 */
export class MarketReport {
  readonly layout = MARKET_REPORT_JSON;
  readonly builder: ReportBuilder;
  private line = 0;
  private day: string | undefined;
  private state: string | undefined;
  /** Of the state that is being read, whose name isn't known yet; and of states whose day isn't known yet. */
  private stateless: NumberedRow[] = [];
  private dayless: NumberedRow[] = [];

  constructor(private readonly options: ReaderOptions) {
    const names = Object.fromEntries(FIELDS.map((field) => [field, NAMES[field] ?? field])) as Record<Field, string>;
    const units = { price: undefined, arrivals: undefined };
    const { layout } = this;
    const { encoding, state } = options;
    this.builder = new ReportBuilder({ layout, at: CELL_AT, names, units, encoding, state });
    this.day = options.day;
  }

  /** @throws ValidationFailedError if it is another day than the sender says */
  takeFact(key: string, value: unknown): ReportLine[] {
    const day = typeof value === 'string' ? dayIn(key, value) : undefined;
    if (day === undefined) return [];
    if (this.day !== undefined && this.day !== day) {
      const [message, field] = [`is ${this.day}, but the file says that it is of ${day}`, 'day'];
      if (this.options.day === undefined)
        throw new ImportHeaderError(`The file says that it is of ${this.day} and of ${day}`);
      throw new ValidationFailedError([{ field, message }]);
    }
    this.day = day;
    return this.dayless.splice(0).map((row) => this.lineOf(row));
  }

  takeStateFact(key: string, value: unknown): ReportLine[] {
    if (headingOfMember(key).field !== 'state' || typeof value !== 'string') return [];
    this.state = value;
    return this.stateless.splice(0).flatMap((row) => this.withDay(withState(row, value)));
  }

  endState(): ReportLine[] {
    const lines = this.stateless.splice(0).flatMap((row) => this.withDay(row));
    this.state = undefined;
    return lines;
  }

  /** @param text of a market, null if it is too long */
  take(text: string | null, maxBytes: number): ReportLine[] {
    const rows = text === null ? [{ reason: `the market is longer than ${maxBytes} bytes` }] : marketRows(text);
    const lines: ReportLine[] = [];
    for (const row of rows) {
      const numbered = { ...row, line: (this.line += 1) };
      if (this.state === undefined) this.wait(this.stateless, numbered);
      else lines.push(...this.withDay(withState(numbered, this.state)));
    }
    return lines;
  }

  /** @throws ValidationFailedError if neither the file nor its sender has said the day */
  finish(): void {
    if (this.dayless.length > 0) {
      throw new ValidationFailedError([
        { field: 'day', message: "is missing: the file doesn't say of which day it is" },
      ]);
    }
  }

  private withDay(row: NumberedRow): ReportLine[] {
    const ownDay = 'cells' in row && (row.cells[CELL_AT.priceDate] || row.cells[CELL_AT.arrivalDate]);
    if (this.day === undefined && ownDay === '') {
      this.wait(this.dayless, row);
      return [];
    }
    return [this.lineOf(row)];
  }

  private wait(rows: NumberedRow[], row: NumberedRow): void {
    rows.push(row);
    if (rows.length <= MOST_WAITING) return;
    throw new ImportHeaderError(
      `The ${rows === this.dayless ? 'day' : 'name of a state'} must stand before its markets`,
    );
  }

  private lineOf(row: NumberedRow): ReportLine {
    if ('reason' in row) return row;
    const cells = [...row.cells];
    cells[CELL_AT.priceDate] ||= cells[CELL_AT.arrivalDate] || (this.day ?? '');
    return this.builder.build(row.line, cells);
  }
}

function withState(row: NumberedRow, state: string): NumberedRow {
  if ('cells' in row) row.cells[CELL_AT.state] = state;
  return row;
}

/** The one day that a member of the document says, if it is one that does. */
function dayIn(key: string, value: string): string | undefined {
  const name = headingOfMember(key).key;
  const texts = DAY_MEMBERS.has(name) ? [value.trim()] : name === 'title' ? (value.match(DAYS_IN_TITLE) ?? []) : [];
  const days = new Set(texts.flatMap((text) => readDay(text) ?? []));
  return days.size === 1 ? [...days][0] : undefined;
}

function readDay(text: string): string | undefined {
  try {
    return new DayReader().read(text, 0);
  } catch (error) {
    if (error instanceof RefusedCell) return undefined;
    throw error;
  }
}
