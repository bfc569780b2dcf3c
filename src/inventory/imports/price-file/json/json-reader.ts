import type { ReportLine } from '../../price-report.js';
import { refuseIfMonthFirst } from '../cells/days.js';
import type { FileReader, ReaderOptions } from '../file-reader.js';
import { ImportHeaderError } from '../import-file.errors.js';
import type { PriceFileLayout } from '../../../../contracts/index.js';
import { KNOWN_LAYOUTS, namesSeen } from '../what-was-seen.js';
import { FlatRecords } from './flat-records.js';
import { type JsonPart, JsonScanner, MAX_JSON_MARKET, MAX_JSON_RECORD } from './json-scanner.js';
import { MarketReport } from './market-report.js';

/** Facts before the first list, and how many of them are kept. */
const MOST_FACTS = 50;

/** Reads JSON: the first list in it shows of which layout it is. */
export class JsonReader implements FileReader {
  private readonly scanner = new JsonScanner();
  private rows: FlatRecords | MarketReport | undefined;
  private readonly facts: { key: string; value: unknown }[] = [];

  constructor(private readonly options: ReaderOptions) {}

  get layout(): PriceFileLayout | undefined {
    return this.rows?.layout?.name;
  }

  push(slice: Buffer): ReportLine[] {
    return this.linesOf(this.scanner.push(slice));
  }

  finish(): ReportLine[] {
    const lines = this.linesOf(this.scanner.finish());
    if (!this.rows) this.refuse();
    this.rows.finish();
    if (this.rows.builder) refuseIfMonthFirst(this.rows.builder.days);
    return lines;
  }

  private linesOf(parts: Iterable<JsonPart>): ReportLine[] {
    const lines: ReportLine[] = [];
    for (const part of parts) {
      for (const line of this.take(part)) lines.push(line);
    }
    return lines;
  }

  private take(part: JsonPart): readonly ReportLine[] {
    const { rows } = this;
    switch (part.part) {
      case 'list':
        return rows ? [] : this.begin(part);
      case 'fact':
        if (!rows) return this.remember(part);
        if (rows instanceof FlatRecords) return [];
        return part.of === 'file' ? rows.takeFact(part.key, part.value) : rows.takeStateFact(part.key, part.value);
      case 'unit':
        if (part.of === 'market') return rows instanceof MarketReport ? rows.take(part.text, MAX_JSON_MARKET) : [];
        return rows instanceof FlatRecords ? rows.take(part.text, MAX_JSON_RECORD) : [];
      case 'state-end':
        return rows instanceof MarketReport ? rows.endState() : [];
    }
  }

  private begin({ of, key }: Extract<JsonPart, { part: 'list' }>): readonly ReportLine[] {
    if (of === 'record') {
      this.rows = new FlatRecords(this.options, key);
      return [];
    }
    const report = new MarketReport(this.options);
    this.rows = report;
    return this.facts.flatMap((fact) => report.takeFact(fact.key, fact.value));
  }

  private remember(fact: { key: string; value: unknown }): readonly ReportLine[] {
    if (this.facts.length < MOST_FACTS) this.facts.push(fact);
    return [];
  }

  private refuse(): never {
    const names = namesSeen(this.facts.map(({ key }) => key));
    throw new ImportHeaderError(
      `There is no list of records, data or states in the JSON, read as ${this.options.encoding}: it has ${names}. ${KNOWN_LAYOUTS}`,
    );
  }
}
