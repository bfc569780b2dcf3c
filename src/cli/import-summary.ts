import { isRecord, printable } from './http-client.js';
import { CliError } from './run-cli.js';

const COUNTS = ['rows', 'vendorsCreated', 'created', 'priceChanged', 'unchanged', 'rejected'] as const;
const LABELS: Record<(typeof COUNTS)[number], string> = {
  rows: 'rows',
  vendorsCreated: 'vendors created',
  created: 'products created',
  priceChanged: 'prices changed',
  unchanged: 'unchanged',
  rejected: 'rejected',
};

/** The answer to an import as lines of text: the counts, then each rejection that was listed. */
export function summaryLines(answer: unknown): string[] {
  const summary = isRecord(answer) ? answer : {};
  const counts = COUNTS.map((key) => {
    const count = summary[key];
    if (typeof count !== 'number') throw new CliError(`The server's answer has no "${key}": is it another version?`);
    return { label: LABELS[key], text: count.toLocaleString('en-IN') };
  });
  const width = Math.max(...counts.map(({ text }) => text.length));
  const lines = counts.map(({ label, text }) => `${label.padEnd(16)}  ${text.padStart(width)}`);

  const rejections = Array.isArray(summary.rejections) ? summary.rejections.filter(isRecord) : [];
  lines.push(
    ...rejections.map(({ line, reason }) => `  line ${printable(String(line))}: ${printable(String(reason))}`),
  );
  const unlisted = (summary.rejected as number) - rejections.length;
  if (unlisted > 0) lines.push(`  … and ${unlisted.toLocaleString('en-IN')} more`);
  return lines;
}
