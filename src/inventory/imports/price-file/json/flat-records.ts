import type { ReportLine } from '../../price-report.js';
import { RefusedCell } from '../cells/refused-cell.js';
import type { ReaderOptions } from '../file-reader.js';
import { ImportHeaderError } from '../import-file.errors.js';
import { type Field, FIELDS } from '../layouts/headings.js';
import { DATA_GOV_IN_JSON, ENAM_JSON, type Layout } from '../layouts/layout.js';
import { ReportBuilder } from '../report-builder.js';
import { KNOWN_LAYOUTS, namesSeen } from '../what-was-seen.js';
import { CELL_AT, cellsOf, headingOfMember, isJsonObject, type JsonObject } from './json-cells.js';

/** Records that may pass by before one is recognised: the first ones may lack a member. */
const MOST_UNRECOGNISED = 100;
const NO_UNITS = { price: undefined, arrivals: undefined };

/** A record, or why it is none. */
type NumberedRecord = { line: number; record: JsonObject } | { line: number; reason: string };

/** Makes reports of a list of flat records, as data.gov.in and eNAM have them. */
export class FlatRecords {
  layout: Layout | undefined;
  builder: ReportBuilder | undefined;
  private line = 0;
  private readonly unrecognised: NumberedRecord[] = [];

  /** @param key the member of the document that the list is */
  constructor(
    private readonly options: ReaderOptions,
    private readonly key: string | undefined,
  ) {}

  take(text: string | null, maxBytes: number): ReportLine[] {
    const record = this.numbered(text, maxBytes);
    if (this.builder) return [this.lineOf(record, this.builder)];
    this.unrecognised.push(record);
    const layout = 'record' in record ? layoutOf(record.record) : undefined;
    if (layout && 'record' in record) return this.begin(layout, record.record);
    return this.unrecognised.length < MOST_UNRECOGNISED ? [] : this.refuse();
  }

  finish(): void {
    if (this.layout) return;
    if (this.unrecognised.length > 0) this.refuse();
    this.layout = this.key === 'data' ? ENAM_JSON : DATA_GOV_IN_JSON;
  }

  private numbered(text: string | null, maxBytes: number): NumberedRecord {
    const line = (this.line += 1);
    if (text === null) return { line, reason: `longer than ${maxBytes} bytes` };
    const record = parsed(text);
    if (record === undefined) return { line, reason: 'is not valid JSON' };
    return isJsonObject(record) ? { line, record } : { line, reason: 'is not an object' };
  }

  private begin(layout: Layout, record: JsonObject): ReportLine[] {
    const { encoding, state } = this.options;
    const names = Object.fromEntries(FIELDS.map((field) => [field, field])) as Record<Field, string>;
    for (const name of Object.keys(record)) {
      const { field, name: readable } = headingOfMember(name);
      if (field) names[field] = readable;
    }
    this.layout = layout;
    const builder = new ReportBuilder({ layout, at: CELL_AT, names, units: NO_UNITS, encoding, state });
    this.builder = builder;
    return this.unrecognised.splice(0).map((each) => this.lineOf(each, builder));
  }

  private lineOf(numbered: NumberedRecord, builder: ReportBuilder): ReportLine {
    if ('reason' in numbered) return numbered;
    const { line, record } = numbered;
    try {
      return builder.build(line, cellsOf(record));
    } catch (error) {
      if (error instanceof RefusedCell) return { line, reason: error.message };
      throw error;
    }
  }

  private refuse(): never {
    const first = this.unrecognised.find((each) => 'record' in each);
    const names = first && 'record' in first ? namesSeen(Object.keys(first.record)) : 'no names';
    throw new ImportHeaderError(
      `No record is one of a known price file. The first, read as JSON in ${this.options.encoding}, has ${names}. ${KNOWN_LAYOUTS}`,
    );
  }
}

function layoutOf(record: JsonObject): Layout | undefined {
  const headings = Object.keys(record).map(headingOfMember);
  const fields = new Set(headings.map(({ field }) => field));
  return [ENAM_JSON, DATA_GOV_IN_JSON].find(({ needs }) => needs.every((field) => fields.has(field)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
