import { describe, expect, it } from '@jest/globals';
import { UNITS } from '../../src/contracts/index.js';
import type { PriceReport, ReportLine } from '../../src/inventory/imports/price-report.js';
import { hostileCell, quotedCell } from '../support/hostile-cells.js';
import { randomOf } from '../support/interleaving.js';
import { readPriceFile } from '../support/read-price-file.js';

/** Of this run; write it in its place to have the same files again. */
const SEED = Date.now() % 1_000_000;
const FILES = 50;
const ROWS = 2_000;

/** Rows that can be used, of which one cell is spoiled at a time. The first day can be read in one way only. */
const LAYOUTS = {
  agmarknet: {
    State: 'Delhi',
    District: 'North Delhi',
    Market: 'Azadpur',
    Commodity: 'Onion',
    Variety: 'Red',
    Grade: 'FAQ',
    Arrival_Date: '27/07/2023',
    'Min Price': '2000',
    'Max Price': '3000',
    'Modal Price': '2400',
  },
  'agmarknet2-arrival-report': {
    'State/UT': 'Delhi',
    District: 'North Delhi',
    Market: 'Azadpur',
    'Commodity Group': 'Vegetables',
    Commodity: 'Onion',
    Variety: 'Red',
    Grade: 'FAQ',
    'Min Price': '2,000.00',
    'Max Price': '3,000.00',
    'Modal Price': '2,400.00',
    'Price Unit': 'Rs./Quintal',
    'Arrival Quantity': '120.00',
    'Arrival Unit': 'Metric Tonnes',
    'Arrival Date': '27-07-2023',
  },
} as const;
const GOOD: Partial<PriceReport> = { state: 'Delhi', district: 'North Delhi', market: 'Azadpur', modal: 2_400 };

interface Spoiled {
  /** Where the row begins, and the column whose cell is hostile. */
  line: number;
  column: string;
  cell: string;
}
interface SpoiledFile {
  bytes: Buffer;
  rows: Spoiled[];
}

type Random = (below: number) => number;

function csvFile(layout: keyof typeof LAYOUTS, random: Random): SpoiledFile {
  const columns = Object.keys(LAYOUTS[layout]);
  const separator = [',', ';', '\t', '|'][random(4)]!;
  const end = ['\n', '\r\n'][random(2)]!;
  const isWide = random(4) === 0;
  let line = 2;
  const rows: Spoiled[] = [];
  const texts = Array.from({ length: ROWS }, () => {
    const column = columns[random(columns.length)]!;
    const cell = hostileCell(random);
    rows.push({ line, column, cell });
    line += 1 + (cell.match(/\r\n|\r|\n/g) ?? []).length;
    return Object.values({ ...LAYOUTS[layout], [column]: cell })
      .map(quotedCell)
      .join(separator);
  });
  const text = [columns.join(separator), ...texts].join(end);
  return { bytes: isWide ? Buffer.from(`\ufeff${text}`, 'utf16le') : Buffer.from(text), rows };
}

function jsonFile(random: Random): SpoiledFile {
  const row = { ...LAYOUTS.agmarknet };
  const columns = Object.keys(row);
  const rows: Spoiled[] = [];
  const records = Array.from({ length: ROWS }, (_, index) => {
    const column = columns[random(columns.length)]!;
    const cell = hostileCell(random);
    rows.push({ line: index + 1, column, cell });
    const odd = [true, [cell], { [cell]: cell }, 1e308, -0, 1.005, null][random(30)];
    return { ...row, [column]: odd === undefined ? cell : odd };
  });
  // The first record has to be recognised; what it is worth is another matter.
  return { bytes: Buffer.from(JSON.stringify({ records })), rows };
}

/** What the database takes, and clients may rely on. */
function faultsOf(report: PriceReport): string[] {
  const { state, district, market, commodity, variety, grade, day, min, max, modal, unit, currency, arrivals } = report;
  const names = [state, district, market, commodity, variety, grade];
  const isPrice = (price: number) => price >= 0 && price <= 9_999_999_999.99 && Number(price.toFixed(2)) === price;
  const faults: [string, boolean][] = [
    ['names', names.every((name) => name === name.normalize('NFC').trim() && name.isWellFormed())],
    ['control characters', names.every((name) => !/[\p{Cc}\ufffd]/u.test(name))],
    ['length', names.every((name) => [...name].length <= 200)],
    ['missing', ![state, market, commodity].includes('')],
    ['day', /^\d{4}-\d\d-\d\d$/.test(day) && new Date(day).toISOString().startsWith(day)],
    ['prices', isPrice(modal) && modal > 0 && [min, max].every((price) => price === null || isPrice(price))],
    ['range', (min ?? modal) <= modal && modal <= (max ?? modal)],
    ['unit', unit in UNITS && currency === 'INR'],
    ['arrivals', arrivals === null || (arrivals.quantity >= 0 && Number.isFinite(arrivals.kg ?? 0))],
  ];
  return faults.filter(([, isFine]) => !isFine).map(([fault]) => fault);
}

/** What is wrong with what was made of a row, if anything. */
function verdict({ line, column, cell }: Spoiled, made: ReportLine | undefined): string | undefined {
  const told = (what: string) => `${what}, ${column} ${JSON.stringify(cell)}: ${JSON.stringify(made)}`;
  if (made?.line !== line) return told(`line ${line}`);
  if ('reason' in made) {
    const spelled = (name: string) => name.toLowerCase().replaceAll(/[^a-z]/g, '');
    return spelled(made.reason).startsWith(spelled(column)) ? undefined : told('another column');
  }
  const faults = faultsOf(made.report);
  if (faults.length > 0) return told(faults.join());
  const others = Object.entries(GOOD).filter(([field]) => !spellings(column).includes(field));
  return others.every(([field, value]) => made.report[field as keyof PriceReport] === value)
    ? undefined
    : told('a mix-up');
}

const spellings = (column: string): string[] => column.toLowerCase().split(/[ /_]/);

describe(`100,000 hostile cells (seed ${SEED})`, () => {
  it('cost the row that they are in at most, which is named by its line and their column', async () => {
    const random = randomOf(SEED);
    let [taken, refused] = [0, 0];
    for (let file = 0; file < FILES; file += 1) {
      const kind = (['agmarknet', 'agmarknet2-arrival-report', 'json'] as const)[file % 3]!;
      const { bytes, rows } = kind === 'json' ? jsonFile(random) : csvFile(kind, random);
      const { layout, lines } = await readPriceFile(bytes);
      expect(layout).toBe(kind === 'json' ? 'data-gov-in-json' : kind);
      const wrong = rows.flatMap((row, index) => verdict(row, lines[index]) ?? []);
      expect([file, lines.length, wrong.slice(0, 5)]).toEqual([file, ROWS, []]);
      taken += lines.filter((line) => 'report' in line).length;
      refused += lines.filter((line) => 'reason' in line).length;
    }
    // Both happen, and often.
    expect(taken + refused).toBe(FILES * ROWS);
    expect(Math.min(taken, refused)).toBeGreaterThan((FILES * ROWS) / 10);
  });
});
