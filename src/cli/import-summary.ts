import { isRecord, printable } from './http-client.js';
import { CliError } from './run-cli.js';

/** The columns of the table, and their headings. */
const COLUMNS = {
  rows: 'rows',
  vendorsCreated: 'vendors',
  created: 'created',
  priceChanged: 'changed',
  recorded: 'recorded',
  revised: 'revised',
  unchanged: 'unchanged',
  rejected: 'rejected',
} as const;
type Count = keyof typeof COLUMNS;
const COUNTS = Object.keys(COLUMNS) as Count[];

/** What is odd about rows that were taken. */
const ODDITIES = {
  rounded: 'with more than two decimals, rounded',
  contradictory: 'whose minimum and maximum contradict the modal price, taken without them',
  suspicious: 'with five times the price of the last day, or a fifth of it',
} as const;

/** The answer to an import, of which the counts are certain. */
export type Counts = Readonly<Record<Count, number>> & Readonly<Record<string, unknown>>;

/** What became of one file. */
export interface FileResult {
  name: string;
  /** Undefined if the file was refused before its rows were looked at, or not read at all. */
  answer?: Counts;
  /** One line. Undefined for a file that was imported. */
  failure?: string;
}

/** @throws CliError if the answer is none to an import */
export function countsOf(answer: unknown): Counts {
  const summary = isRecord(answer) ? answer : {};
  for (const key of COUNTS) {
    if (typeof summary[key] !== 'number') {
      throw new CliError(`The server's answer has no "${key}": is it another version?`);
    }
  }
  return summary as Counts;
}

/** A table of all files and their sum, and below it what there is to say of each file. */
export function reportLines(results: readonly FileResult[]): string[] {
  return [...tableLines(results), ...results.flatMap(detailLines)];
}

function tableLines(results: readonly FileResult[]): string[] {
  const rows = [
    ['file', ...Object.values(COLUMNS)],
    ...results.map(({ name, answer }) => [
      printable(name),
      ...COUNTS.map((key) => (answer === undefined ? '-' : grouped(answer[key]))),
    ]),
  ];
  if (results.length > 1) {
    const sum = (key: Count) => results.reduce((total, { answer }) => total + (answer?.[key] ?? 0), 0);
    rows.push([`${results.length} files`, ...COUNTS.map((key) => grouped(sum(key)))]);
  }
  const widths = rows[0]!.map((_heading, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
}

/** Not why a file was refused, which is an error and told as one. */
function detailLines({ name, answer }: FileResult): string[] {
  if (answer === undefined) return [];
  const said = [...oddityLines(answer), ...rejectionLines(answer), ...candidateLines(answer.aliasCandidates)];
  return said.length === 0 ? [] : ['', `${printable(name)}:`, ...said.map((line) => `  ${line}`)];
}

/** A server of an earlier version doesn't count them. */
function oddityLines(answer: Counts): string[] {
  return Object.entries(ODDITIES).flatMap(([key, meaning]) => {
    const count = answer[key];
    return typeof count === 'number' && count > 0 ? [`${grouped(count)} ${meaning}`] : [];
  });
}

function rejectionLines({ rejected, rejections: listed }: Counts): string[] {
  const rejections = Array.isArray(listed) ? listed.filter(isRecord) : [];
  const unlisted = rejected - rejections.length;
  return [
    ...rejections.map(({ line, reason }) => `line ${printable(String(line))}: ${printable(String(reason))}`),
    ...(unlisted > 0 ? [`… and ${grouped(unlisted)} more`] : []),
  ];
}

/** New markets with the vendors that they may be; a server of an earlier version lists none. */
function candidateLines(listed: unknown): string[] {
  const markets = Array.isArray(listed) ? listed.filter(isRecord) : [];
  if (markets.length === 0) return [];
  const text = (value: unknown) => printable(typeof value === 'string' ? value : '');
  const lines = markets.flatMap(({ state, district, market, candidates }) => [
    `  ${text(market)} (${text(district)}, ${text(state)})`,
    ...(Array.isArray(candidates) ? candidates.filter(isRecord) : []).map(
      ({ vendorId, district: elsewhere, market: name }) => `    ${text(vendorId)} ${text(name)} (${text(elsewhere)})`,
    ),
  ]);
  return ['new markets that may be ones of another district (an alias makes them one):', ...lines];
}

const grouped = (count: number): string => count.toLocaleString('en-IN');
