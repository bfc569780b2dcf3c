import { AppError } from '../../infra/index.js';

/**
 * One row of the Agmarknet daily price file: which columns it has, and what makes a row acceptable. Pure; the streaming
 * half is agmarknet-reader.ts.
 */
export interface AgmarknetRow {
  state: string;
  district: string;
  market: string;
  commodity: string;
  /** As the file says; may be empty. */
  variety: string;
  /** As the file says; may be empty. */
  grade: string;
  /** Arrival date, yyyy-mm-dd, a real calendar day. */
  date: string;
  /** Rupees per quintal (100 kg), above 0, at most two decimals, at most 9,999,999,999.99. */
  modalPrice: number;
}

/** The file does not begin with a usable header: nothing in it can be read. */
export class AgmarknetHeaderError extends AppError {
  readonly code = 'import_header_invalid';
  readonly status = 400;
}

// Min and Max Price are left out on purpose: the portal publishes rows in which they contradict the modal price, and
// nothing is derived from them.
const COLUMNS = [
  'State',
  'District',
  'Market',
  'Commodity',
  'Variety',
  'Grade',
  'Arrival_Date',
  'Modal Price',
] as const;

type Column = (typeof COLUMNS)[number];

/** Where each needed column stands in this file, and how many columns a row has. */
export interface AgmarknetColumns {
  readonly count: number;
  readonly at: Readonly<Record<Column, number>>;
}

/** @throws AgmarknetHeaderError naming the columns that are missing or there twice. */
export function readHeader(names: readonly string[]): AgmarknetColumns {
  const keys = names.map(columnKey);
  const missing = COLUMNS.filter((column) => !keys.includes(columnKey(column)));
  if (missing.length > 0) throw new AgmarknetHeaderError(`Missing in the header line: ${missing.join(', ')}`);

  const at = {} as Record<Column, number>;
  for (const column of COLUMNS) {
    at[column] = keys.indexOf(columnKey(column));
    if (keys.lastIndexOf(columnKey(column)) !== at[column]) {
      throw new AgmarknetHeaderError(`Twice in the header line: ${column}`);
    }
  }
  return { count: names.length, at };
}

/** `Min Price`, `min_price` and data.gov.in's XML-escaped `Min_x0020_Price` are one name. */
function columnKey(name: string): string {
  return name.toLowerCase().replaceAll('_x0020_', '').replaceAll(/[\s_]/g, '');
}

/** The row, or why it is refused: its first fault, with the column at fault named. */
export function readRow(
  columns: AgmarknetColumns,
  fields: readonly string[],
): { row: AgmarknetRow } | { reason: string } {
  if (fields.length !== columns.count) {
    return { reason: `expected ${columns.count} columns, found ${fields.length}` };
  }
  const value = (column: Column) => clean(column, fields[columns.at[column]] ?? '');
  const required = (column: Column) => value(column) || refuse(column, 'missing');
  try {
    return {
      row: {
        state: required('State'),
        district: required('District'),
        market: required('Market'),
        commodity: required('Commodity'),
        variety: value('Variety'),
        grade: value('Grade'),
        date: readDate(required('Arrival_Date')),
        modalPrice: readPrice(required('Modal Price')),
      },
    };
  } catch (error) {
    if (error instanceof RefusedValue) return { reason: error.message };
    throw error;
  }
}

class RefusedValue extends Error {}

function refuse(column: Column, why: string): never {
  throw new RefusedValue(`${column}: ${why}`);
}

const MAX_LENGTH = 200;

/**
 * Trimmed. The reader decodes bytes that are not UTF-8 to U+FFFD; a file that holds that very character lost text
 * before.
 */
function clean(column: Column, value: string): string {
  if (/\p{Cc}/u.test(value)) refuse(column, 'contains a control character');
  if (value.includes('\uFFFD')) refuse(column, 'is not valid UTF-8');
  const trimmed = value.trim();
  // UTF-16 units bound the characters from above: only what exceeds them needs counting.
  if (trimmed.length > MAX_LENGTH && [...trimmed].length > MAX_LENGTH) {
    refuse(column, `longer than ${MAX_LENGTH} characters`);
  }
  return trimmed;
}

const DAY_FIRST = /^(?<day>\d{2})([/-])(?<month>\d{2})\2(?<year>\d{4})$/;
const YEAR_FIRST = /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/;

/** A file has few dates, and rows of one date follow each other. */
let lastDate = { text: '', date: '' };

function readDate(text: string): string {
  if (text === lastDate.text) return lastDate.date;
  const { year, month, day } = (DAY_FIRST.exec(text) ?? YEAR_FIRST.exec(text))?.groups ?? {};
  if (year === undefined) {
    refuse('Arrival_Date', `${quoted(text)} is not dd/mm/yyyy, dd-mm-yyyy or yyyy-mm-dd`);
  }
  const date = `${year}-${month}-${day}`;
  const parsed = new Date(`${date}T00:00:00Z`);
  // Date rolls 31 February over to March instead of refusing it. Year 0 exists in JavaScript and not in SQL.
  if (year === '0000' || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== date) {
    refuse('Arrival_Date', `${quoted(text)} is not a date of the calendar`);
  }
  lastDate = { text, date };
  return date;
}

const MAX_PRICE = 9_999_999_999.99; // numeric(12,2)

/**
 * Plain decimal digits only. Grouped digits ("1,234") are refused rather than read: in some exports the comma is the
 * decimal point, and a guess would be a price wrong a hundredfold.
 */
function readPrice(text: string): number {
  const match = /^(?<sign>-?)\d+(\.(?<decimals>\d+))?$/.exec(text);
  if (match === null) refuse('Modal Price', `${quoted(text)} is not a number`);
  const price = Number(text);
  if (match.groups?.sign === '-' || price === 0) refuse('Modal Price', 'must be above 0');
  if ((match.groups?.decimals ?? '').length > 2) refuse('Modal Price', `${quoted(text)} has more than 2 decimals`);
  if (price > MAX_PRICE) refuse('Modal Price', `must be at most ${MAX_PRICE}`);
  return price;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
