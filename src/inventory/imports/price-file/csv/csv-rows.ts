import type { ReportLine } from '../../price-report.js';
import { trimmed } from '../cells/text.js';
import type { ReportBuilder } from '../report-builder.js';
import type { FoundHeader } from './header-search.js';
import { MAX_RECORD_BYTES, RecordScanner } from './record-scanner.js';
import { splitFields } from './split-fields.js';

/** The first cell of a line that sums others up. */
const SUM = /^(?:grand |sub[- ]?)?total\b/i;

/** Makes reports of what follows the header of a CSV file. */
export class CsvRows {
  private readonly scanner: RecordScanner;

  constructor(
    private readonly header: FoundHeader,
    private readonly builder: ReportBuilder,
  ) {
    this.scanner = new RecordScanner(header.separator, header.line);
  }

  /** @param bytes at most `MAX_RECORD_BYTES` */
  push(bytes: Buffer): ReportLine[] {
    return this.linesOf(this.scanner.push(bytes));
  }

  /** The same for bytes of any length. */
  pushAll(bytes: Buffer): ReportLine[] {
    const lines: ReportLine[] = [];
    for (let at = 0; at < bytes.length; at += MAX_RECORD_BYTES) {
      lines.push(...this.push(bytes.subarray(at, at + MAX_RECORD_BYTES)));
    }
    return lines;
  }

  finish(): ReportLine[] {
    return this.linesOf(this.scanner.finish());
  }

  private linesOf(records: ReturnType<RecordScanner['push']>): ReportLine[] {
    const lines: ReportLine[] = [];
    for (const record of records) {
      const line = 'reason' in record ? record : this.lineOf(record.line, record.text);
      if (line) lines.push(line);
    }
    return lines;
  }

  /** Undefined for a line that is no row: one of empty cells, or a sum at the end of a table. */
  private lineOf(line: number, text: string): ReportLine | undefined {
    const { separator, columns } = this.header;
    const cells = splitFields(text, separator) ?? [];
    const first = cells[0] ?? '';
    // Most lines need no closer look.
    if (cells.length === columns.count && first !== '' && !SUM.test(first)) return this.builder.build(line, cells);
    const filled = cells.map(trimmed);
    const used = filled.findLastIndex((cell) => cell !== '') + 1;
    if (used === 0 || this.isSum(filled)) return undefined;
    if (cells.length < columns.count || used > columns.count) {
      return { line, reason: `expected ${columns.count} columns, found ${cells.length}` };
    }
    return this.builder.build(line, cells);
  }

  private isSum(cells: readonly string[]): boolean {
    const { at, layout } = this.header.columns;
    if (!SUM.test(cells.find((cell) => cell !== '') ?? '')) return false;
    const isEmpty = (index: number): boolean => (cells[index] ?? '') === '';
    return isEmpty(at.modal) || isEmpty(at[layout.day]);
  }
}
