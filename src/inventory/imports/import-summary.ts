/** What an import did. */
export interface ImportSummary {
  /** Data rows in the file. */
  rows: number;
  vendorsCreated: number;
  created: number;
  priceChanged: number;
  unchanged: number;
  rejected: number;
  /** The first hundred. */
  rejections: { line: number; reason: string }[];
}

const REJECTIONS_LISTED = 100;

export function emptySummary(): ImportSummary {
  return { rows: 0, vendorsCreated: 0, created: 0, priceChanged: 0, unchanged: 0, rejected: 0, rejections: [] };
}

export function reject(summary: ImportSummary, line: number, reason: string): void {
  summary.rejected += 1;
  if (summary.rejections.length < REJECTIONS_LISTED) summary.rejections.push({ line, reason });
}
