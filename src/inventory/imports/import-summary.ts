import type { ImportSummary, PriceFileLayout } from '../../contracts/index.js';
import { newImportId } from '../ids.js';
import type { WriteOutcome } from '../products/write/product-command.js';
import type { ReportLine } from './price-report.js';

const REJECTIONS_LISTED = 100;

export function emptySummary(layout: PriceFileLayout): ImportSummary {
  const done = { vendorsCreated: 0, created: 0, priceChanged: 0, recorded: 0, revised: 0, unchanged: 0 };
  const counts = { rows: 0, ...done, rounded: 0, contradictory: 0, suspicious: 0, rejected: 0 };
  return { importId: newImportId(), layout, ...counts, rejections: [], aliasCandidates: [] };
}

export function countLine(summary: ImportSummary, line: ReportLine): void {
  summary.rows += 1;
  if ('reason' in line) return reject(summary, line.line, line.reason);
  const { flags } = line.report;
  if (flags.includes('rounded')) summary.rounded += 1;
  if (flags.includes('contradictory')) summary.contradictory += 1;
}

const COUNTED_AS = {
  created: 'created',
  updated: 'priceChanged',
  recorded: 'recorded',
  revised: 'revised',
  confirmed: 'unchanged',
  unchanged: 'unchanged',
} as const;

/** What became of rows that were written. */
export function countOutcomes(
  rows: readonly { line: number }[],
  outcomes: readonly WriteOutcome[],
  summary: ImportSummary,
): void {
  outcomes.forEach((outcome, index) => {
    if (outcome.status === 'rejected') return reject(summary, rows[index]!.line, outcome.error.message);
    if (outcome.status !== 'deleted') summary[COUNTED_AS[outcome.status]] += 1;
    if (outcome.suspicious) summary.suspicious += 1;
  });
}

function reject(summary: ImportSummary, line: number, reason: string): void {
  summary.rejected += 1;
  if (summary.rejections.length < REJECTIONS_LISTED) summary.rejections.push({ line, reason });
}
