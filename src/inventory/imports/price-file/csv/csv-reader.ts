import { ValidationFailedError } from '../../../../infra/index.js';
import type { ReportLine } from '../../price-report.js';
import { refuseIfMonthFirst } from '../cells/days.js';
import type { FileReader, ReaderOptions } from '../file-reader.js';
import type { PriceFileLayout } from '../../../../contracts/index.js';
import { ReportBuilder } from '../report-builder.js';
import { CsvRows } from './csv-rows.js';
import { type FoundHeader, HeaderSearch } from './header-search.js';

/** Reads CSV: first the header, then its rows. */
export class CsvReader implements FileReader {
  layout: PriceFileLayout | undefined;
  private readonly search: HeaderSearch;
  private rows: CsvRows | undefined;
  private builder: ReportBuilder | undefined;

  constructor(private readonly options: ReaderOptions) {
    this.search = new HeaderSearch(options.encoding);
  }

  push(slice: Buffer): ReportLine[] {
    if (this.rows) return this.rows.push(slice);
    const found = this.search.push(slice);
    return found ? this.begin(found) : [];
  }

  finish(): ReportLine[] {
    const lines = this.rows ? [] : this.begin(this.search.finish());
    lines.push(...this.rows!.finish());
    refuseIfMonthFirst(this.builder!.days);
    return lines;
  }

  private begin(header: FoundHeader): ReportLine[] {
    const { layout, at, names, units } = header.columns;
    const { encoding } = this.options;
    const state = at.state < 0 ? this.options.state : undefined;
    if (at.state < 0 && state === undefined) {
      throw new ValidationFailedError([
        { field: 'state', message: `is missing: files of the layout ${layout.name} don't name their state` },
      ]);
    }
    this.builder = new ReportBuilder({ layout, at, names, units, encoding, state });
    this.rows = new CsvRows(header, this.builder);
    this.layout = layout.name;
    return this.rows.pushAll(header.rest);
  }
}
