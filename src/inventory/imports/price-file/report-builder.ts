import type { Arrivals } from '../../../contracts/index.js';
import { isLonger } from '../../../validation/index.js';
import type { PriceReport, ReportFlag, ReportLine } from '../price-report.js';
import { DayReader } from './cells/days.js';
import { type Price, readPrice, readQuantity } from './cells/numbers.js';
import { quoted, RefusedCell } from './cells/refused-cell.js';
import { readText, trimmed } from './cells/text.js';
import { arrivalsOf, unitOf } from './cells/units.js';
import { type Field, FIELDS } from './layouts/headings.js';
import type { Layout } from './layouts/layout.js';
import type { Units } from './layouts/recognise.js';

/** Characters of the sku of an imported product: commodity, variety and grade with a stroke between them. */
const MAX_SKU = 400;
const NO_FLAGS: readonly ReportFlag[] = [];

/** What a file says of all of its rows. */
export interface FileFacts {
  layout: Layout;
  /** Which cell of a row is which field's, -1 for none. */
  at: Readonly<Record<Field, number>>;
  /** What the file calls them, for reasons. */
  names: Readonly<Record<Field, string>>;
  units: Units;
  encoding: string;
  /** Of rows that name none. */
  state: string | undefined;
}

/** Where a field is in a row, and the last cell of it: rows of one market, commodity or day follow each other. */
class Column {
  private cell = '';
  private text = '';

  constructor(
    readonly index: number,
    readonly name: string,
  ) {}

  /** The row's cell as it is, `''` if there is none. */
  cellOf(cells: readonly string[]): string {
    return this.index < 0 ? '' : (cells[this.index] ?? '');
  }

  /** @throws RefusedCell */
  textOf(cells: readonly string[], encoding: string): string {
    const cell = this.cellOf(cells);
    if (cell === this.cell) return this.text;
    this.text = readText(cell, encoding);
    this.cell = cell;
    return this.text;
  }
}

/** Makes reports of rows, each refused with its first fault. */
export class ReportBuilder {
  readonly days = new DayReader();
  private readonly columns: Readonly<Record<Field, Column>>;
  private readonly dayColumn: Column;
  /** The one that is being read. */
  private current: Column;
  private cells: readonly string[] = [];

  constructor(private readonly facts: FileFacts) {
    const { at, names, layout } = facts;
    const columns = FIELDS.map((field) => [field, new Column(at[field], names[field])] as const);
    this.columns = Object.fromEntries(columns) as Record<Field, Column>;
    this.dayColumn = this.current = this.columns[layout.day];
  }

  build(line: number, cells: readonly string[]): ReportLine {
    this.cells = cells;
    try {
      return { line, report: this.report(line) };
    } catch (error) {
      if (error instanceof RefusedCell) return { line, reason: `${this.current.name}: ${error.message}` };
      throw error;
    }
  }

  private report(line: number): PriceReport {
    const { columns } = this;
    const { layout } = this.facts;
    const state = this.state();
    const district = layout.districts ? this.required(columns.district) : this.text(columns.district);
    const market = this.required(columns.market);
    const variety = this.text(columns.variety);
    const grade = this.text(columns.grade);
    const commodity = this.required(columns.commodity);
    if (isLonger(commodity + variety + grade, MAX_SKU - 2)) {
      throw new RefusedCell(`longer than ${MAX_SKU} characters, with variety and grade`);
    }
    const day = this.days.read(this.required(this.dayColumn), line);
    const { min, max, modal, flags } = this.prices();
    const unit = this.unit();
    return {
      line,
      state,
      district,
      market,
      commodity,
      variety,
      grade,
      day,
      min,
      max,
      modal,
      unit,
      currency: 'INR',
      arrivals: columns.arrivals.index < 0 ? null : this.arrivals(unit),
      flags,
    };
  }

  private state(): string {
    const text = this.text(this.columns.state) || this.facts.state;
    if (text === undefined || text === '') throw new RefusedCell('missing');
    return text;
  }

  private prices(): Pick<PriceReport, 'min' | 'max' | 'modal' | 'flags'> {
    const min = this.bound(this.columns.min);
    const max = this.bound(this.columns.max);
    const modal = readPrice(this.required(this.columns.modal));
    if (modal.value === 0) throw new RefusedCell('must be above 0');
    const contradictory =
      (min?.value === 0 && max?.value === 0) ||
      (min !== null && min.value > modal.value) ||
      (max !== null && max.value < modal.value);
    if (contradictory) {
      const flags: ReportFlag[] = modal.rounded ? ['contradictory', 'rounded'] : ['contradictory'];
      return { min: null, max: null, modal: modal.value, flags };
    }
    const rounded = modal.rounded || min?.rounded === true || max?.rounded === true;
    const flags: readonly ReportFlag[] = rounded ? ['rounded'] : NO_FLAGS;
    return { min: min === null ? null : min.value, max: max === null ? null : max.value, modal: modal.value, flags };
  }

  /** The day's lowest or highest price; null if it isn't there, or no price: the portal writes `NR` and `-` as well. */
  private bound(column: Column): Price | null {
    const text = trimmed(column.cellOf(this.cells));
    if (text === '') return null;
    try {
      return readPrice(text);
    } catch (error) {
      if (error instanceof RefusedCell) return null;
      throw error;
    }
  }

  private unit(): string {
    const { layout, units } = this.facts;
    const text = this.text(this.columns.unit) || units.price;
    if (text === undefined || text === '') {
      if (layout.unit === null) throw new RefusedCell('missing');
      return layout.unit;
    }
    const unit = unitOf(text);
    if (unit === undefined) throw new RefusedCell(`${quoted(text)} is not a unit that is known`);
    return unit;
  }

  private arrivals(priceUnit: string): Arrivals | null {
    const { layout, units } = this.facts;
    const quantity = readQuantity(trimmed(this.columns.arrivals.cellOf(this.cells)));
    if (quantity === null) return null;
    if (layout.arrivalsInPriceUnit) return arrivalsOf(quantity, priceUnit);
    const unit = this.optional(this.columns.arrivalUnit) || units.arrivals;
    return unit === undefined || unit === '' ? null : arrivalsOf(quantity, unit);
  }

  /** `''` if there is none. */
  private text(column: Column): string {
    this.current = column;
    return column.textOf(this.cells, this.facts.encoding);
  }

  private required(column: Column): string {
    const text = this.text(column);
    if (text === '') throw new RefusedCell('missing');
    return text;
  }

  /** A text that isn't worth the row: `''` if it can't be used. */
  private optional(column: Column): string {
    try {
      return column.textOf(this.cells, this.facts.encoding);
    } catch (error) {
      if (error instanceof RefusedCell) return '';
      throw error;
    }
  }
}
