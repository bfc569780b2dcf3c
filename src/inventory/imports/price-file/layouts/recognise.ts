import { type Field, FIELDS, type Heading, headingOf } from './headings.js';
import { CSV_LAYOUTS, DATA_GOV_IN_CSV, type Layout } from './layout.js';

/** A header that is one of a layout. */
export interface Columns {
  layout: Layout;
  /** How many columns a row has. Columns without a name at the end of the header don't count. */
  count: number;
  /** The index of each field's column, -1 if there is none. */
  at: Readonly<Record<Field, number>>;
  /** Each field's column as the file calls it. */
  names: Readonly<Record<Field, string>>;
  /** Units that stand in headings. */
  units: Units;
}

export interface Units {
  price: string | undefined;
  arrivals: string | undefined;
}

/** A header that is none, and how close it comes. */
export interface Unrecognised {
  /** How many of its columns have a meaning. */
  known: number;
  fault: string;
}

/** What the columns of each field are called in the layouts that have them. */
const CALLED: Readonly<Record<Field, string>> = {
  state: 'State',
  district: 'District',
  market: 'Market',
  commodity: 'Commodity',
  variety: 'Variety',
  grade: 'Grade',
  min: 'Min Price',
  max: 'Max Price',
  modal: 'Modal Price',
  unit: 'Price Unit',
  arrivalDate: 'Arrival_Date',
  priceDate: 'Price Date',
  createdAt: 'created_at',
  arrivals: 'Arrival Quantity',
  arrivalUnit: 'Arrival Unit',
};

export function recognise(names: readonly string[]): Columns | Unrecognised {
  const headings = names.map(headingOf);
  while (headings.at(-1)?.name === '') headings.pop();
  const known = new Set<Field>();
  let fault: string | undefined;
  for (const { field, name } of headings) {
    if (field === undefined) continue;
    if (known.has(field)) fault ??= `Twice in the header line: ${name}`;
    known.add(field);
  }
  const layout = CSV_LAYOUTS.find((each) => missing(each, known).length === 0 && isSpelledAs(each, headings));
  if (!layout) fault ??= `Missing in the header line: ${fewestMissing(known).join(', ')}`;
  if (layout && fault === undefined) fault = unitsFault(headings);
  return layout && fault === undefined ? columnsOf(layout, headings) : { known: known.size, fault: fault ?? '' };
}

const missing = ({ needs }: Layout, known: ReadonlySet<Field>): Field[] => needs.filter((field) => !known.has(field));

/** data.gov.in writes the portal's columns as names of XML or JSON. */
function isSpelledAs(layout: Layout, headings: readonly Heading[]): boolean {
  if (layout !== DATA_GOV_IN_CSV) return true;
  return headings.some(
    ({ field, key, name, escaped }) =>
      (field === 'modal' && (escaped || name.includes('_'))) || key === 'commoditycode',
  );
}

function fewestMissing(known: ReadonlySet<Field>): string[] {
  const [closest = []] = CSV_LAYOUTS.map((layout) => missing(layout, known)).sort((a, b) => a.length - b.length);
  return closest.map((field) => CALLED[field]);
}

const PRICES: readonly Field[] = ['min', 'max', 'modal'];

function unitsFault(headings: readonly Heading[]): string | undefined {
  const units = new Set(headings.flatMap(({ field, unit }) => (field && PRICES.includes(field) ? [unit ?? ''] : [])));
  return units.size > 1 ? `Prices of different units in the header line: ${[...units].join(', ')}` : undefined;
}

function columnsOf(layout: Layout, headings: readonly Heading[]): Columns {
  const found = new Map(
    headings.flatMap((heading, index) => (heading.field ? [[heading.field, { ...heading, index }]] : [])),
  );
  const each = <Value>(valueOf: (field: Field) => Value) =>
    Object.fromEntries(FIELDS.map((field) => [field, valueOf(field)])) as Record<Field, Value>;
  return {
    layout,
    count: headings.length,
    at: each((field) => found.get(field)?.index ?? -1),
    names: each((field) => found.get(field)?.name ?? CALLED[field]),
    units: { price: found.get('modal')?.unit, arrivals: found.get('arrivals')?.unit },
  };
}
