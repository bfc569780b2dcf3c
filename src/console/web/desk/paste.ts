import type { Availability, InventoryItem, Product } from '../../../client/index.js';

/** Why a pasted line can't be taken: `paste.<problem>` of the texts. */
export type PasteProblem =
  'no-price' | 'bad-price' | 'bad-availability' | 'unknown' | 'ambiguous' | 'twice' | 'no-product';

export interface PastedLine {
  /** From 1 on, as pasted. */
  line: number;
  text: string;
  /** What it means; undefined: nothing that there is. */
  product: Product | undefined;
  /** What would be sent; null: nothing, because of `problem` or since it is so already. */
  item: InventoryItem | null;
  problem: PasteProblem | null;
}

type Column = 'sku' | 'name' | 'price' | 'availability' | 'category' | 'unit' | 'ignored';

const HEADINGS: readonly [Column, RegExp][] = [
  ['sku', /^(?:sku|code|item code|id|कोड)$/],
  ['name', /^(?:name|product|item|commodity|नाम|उत्पाद|वस्तु|जिंस)$/],
  ['price', /^(?:price|rate|base ?price|modal price|bhav|भाव|मूल्य|दर|कीमत).*$/],
  ['availability', /^(?:availability|stock|status|उपलब्धता|स्टॉक)$/],
  ['category', /^(?:category|श्रेणी)$/],
  ['unit', /^(?:unit|इकाई)$/],
];

const AVAILABILITIES: Readonly<Record<string, Availability>> = {
  available: 'available',
  yes: 'available',
  'in stock': 'available',
  उपलब्ध: 'available',
  हाँ: 'available',
  limited: 'limited',
  low: 'limited',
  सीमित: 'limited',
  कम: 'limited',
  out_of_stock: 'out_of_stock',
  'out of stock': 'out_of_stock',
  out: 'out_of_stock',
  no: 'out_of_stock',
  समाप्त: 'out_of_stock',
  नहीं: 'out_of_stock',
};

/**
 * What cells that were copied from a spreadsheet would change. The first line may name the columns, in English or
 * Hindi; without that they are a sku or a name, a price and, if there is one, an availability. Products are meant by
 * their sku, else by a name in any language.
 */
export function readPaste(text: string, products: readonly Product[]): PastedLine[] {
  const rows = text
    .split(/\r?\n/)
    .map((one, index) => ({ line: index + 1, text: one, cells: cellsOf(one) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const columns = headingsOf(rows[0]?.cells ?? []);
  const known = new Directory(products);
  const seen = new Set<string>();
  return rows.slice(columns ? 1 : 0).map(({ line, text: shown, cells }) => {
    const values = valuesOf(cells, columns ?? ['name', 'price', 'availability']);
    const read = meaningOf(values, known);
    const key = read.item?.sku ?? read.product?.sku;
    if (key !== undefined && seen.has(key)) return { line, text: shown, ...read, item: null, problem: 'twice' };
    if (key !== undefined) seen.add(key);
    return { line, text: shown, ...read };
  });
}

/** A tab, else a semicolon, else a comma that isn't within quotes or a number divides. */
function cellsOf(line: string): string[] {
  const divider = line.includes('\t') ? '\t' : line.includes(';') ? ';' : ',';
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (const letter of line) {
    if (letter === '"') quoted = !quoted;
    else if (letter === divider && !quoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += letter;
  }
  return [...cells, cell.trim()];
}

function headingsOf(cells: readonly string[]): Column[] | undefined {
  const columns = cells.map((cell) => HEADINGS.find(([, names]) => names.test(cell.toLowerCase()))?.[0] ?? 'ignored');
  const isHeading = columns.includes('price') || columns.includes('availability');
  return isHeading && (columns.includes('sku') || columns.includes('name')) ? columns : undefined;
}

function valuesOf(cells: readonly string[], columns: readonly Column[]): Partial<Record<Column, string>> {
  const values: Partial<Record<Column, string>> = {};
  columns.forEach((column, index) => {
    const cell = cells[index];
    if (cell !== undefined && cell !== '' && column !== 'ignored') values[column] = cell;
  });
  return values;
}

type Meaning = Pick<PastedLine, 'product' | 'item' | 'problem'>;

function meaningOf(values: Partial<Record<Column, string>>, known: Directory): Meaning {
  const { sku, name, price, availability, category, unit } = values;
  if (sku === undefined && name === undefined) return refused('no-product');
  const found = known.find(sku, name);
  if (found === 'ambiguous') return refused('ambiguous');
  const amount = price === undefined ? undefined : priceOf(price);
  if (amount === null) return refused('bad-price', found);
  const stock = availability === undefined ? undefined : AVAILABILITIES[availability.toLowerCase()];
  if (availability !== undefined && stock === undefined) return refused('bad-availability', found);
  if (!found) {
    if (sku === undefined || name === undefined || category === undefined) return refused('unknown');
    if (amount === undefined) return refused('no-price');
    const made = { sku, name, category, basePrice: amount };
    return {
      product: undefined,
      item: { ...made, ...(unit !== undefined && { unit }), ...(stock && { availability: stock }) },
      problem: null,
    };
  }
  if (amount === undefined && stock === undefined) return refused('no-price', found);
  const changes = {
    ...(amount !== undefined && amount !== found.basePrice && { basePrice: amount }),
    ...(stock !== undefined && stock !== found.availability && { availability: stock }),
  };
  const changed = Object.keys(changes).length > 0;
  return { product: found, item: changed ? { sku: found.sku, ...changes } : null, problem: null };
}

const refused = (problem: PasteProblem, product?: Product): Meaning => ({ product, item: null, problem });

/** `₹1,750.50`, `1 750`, `१७५०`; null: no price. */
export function priceOf(text: string): number | null {
  const latin = text.replace(/[\u0966-\u096f]/g, (digit) => String(digit.charCodeAt(0) - 0x966));
  const plain = latin
    .replace(/(?:₹|rs\.?|inr|रु\.?|\/-)/gi, '')
    .replace(/[\s\u00a0]/g, '')
    .replace(/,(?=\d{2,3}(?:\D|$))/g, '');
  return /^\d{1,10}(?:\.\d{1,2})?$/.test(plain) ? Number(plain) : null;
}

/** Products by sku, and by all their names. */
class Directory {
  private readonly bySku = new Map<string, Product>();
  private readonly byName = new Map<string, Product | 'ambiguous'>();

  constructor(products: readonly Product[]) {
    for (const product of products) {
      this.bySku.set(product.sku, product);
      const names = new Set([product.name, ...Object.values(product.names)].map((name) => name.trim().toLowerCase()));
      for (const name of names) this.byName.set(name, this.byName.has(name) ? 'ambiguous' : product);
    }
  }

  find(sku: string | undefined, name: string | undefined): Product | 'ambiguous' | undefined {
    if (sku !== undefined) return this.bySku.get(sku);
    return this.bySku.get(name!) ?? this.byName.get(name!.toLowerCase());
  }
}
