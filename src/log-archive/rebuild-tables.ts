import type pg from 'pg';
import type { Product, Vendor } from '../contracts/index.js';
import { productLexemes, searchDocumentsVersion, storedValues, vendorLexemes } from '../inventory/index.js';
import { FOLDED_PRODUCTS, FOLDED_VENDORS } from '../sealed-log/index.js';

/** Rows of one statement. */
const BATCH = 500;

const STORED = storedValues('d.product');

const INSERT_PRODUCTS = `
  INSERT INTO products (${STORED.map(([column]) => column).join(', ')}, search)
  SELECT ${STORED.map(([, value]) => value).join(', ')}, array_to_tsvector(d.search)
  FROM jsonb_to_recordset($1::jsonb) AS d (product jsonb, search text[]) ORDER BY d.product->>'id'`;

const INSERT_VENDORS = `
  INSERT INTO vendors (id, name, names, market, district, state, languages, search, version, logged_version, created_at,
                       updated_at)
  SELECT id, name, names, market, district, state, languages, array_to_tsvector(search), version, version, "createdAt",
         "updatedAt"
  FROM jsonb_to_recordset($1::jsonb) AS r (
    id text, name text, names jsonb, market text, district text, state text, languages text[], version integer,
    "createdAt" timestamptz, "updatedAt" timestamptz, search text[])`;

/** Reports are rows of their own; whether one is suspicious isn't stored, since it depends on the others. */
const INSERT_PRICES = `
  INSERT INTO market_prices (product_id, day, revision, min, max, modal, unit, currency, arrivals_quantity, arrivals_unit,
                             arrivals_kg, source, flags, event_seq, recorded_at)
  SELECT product_id, (o->>'day')::date, (o->>'revision')::integer, (o->>'min')::numeric, (o->>'max')::numeric,
         (o->>'modal')::numeric, o->>'unit', o->>'currency', (o->'arrivals'->>'quantity')::numeric,
         o->'arrivals'->>'unit', (o->'arrivals'->>'kg')::numeric, o->>'source',
         ARRAY(SELECT flag FROM json_array_elements_text(o->'flags') flag WHERE flag <> 'suspicious'), seq, occurred_at
  FROM (SELECT product_id, seq, occurred_at, observation AS o FROM inventory_events WHERE observation IS NOT NULL) e`;

const DOCUMENTS = `
  INSERT INTO search_documents (version) VALUES ($1) ON CONFLICT (one) DO UPDATE SET version = excluded.version`;

export interface RebuiltTables {
  vendors: number;
  products: number;
  prices: number;
}

/**
 * Fills the tables of vendors, products, their search documents and their market prices, which must be empty, with what
 * the log amounts to. In the caller's transaction.
 *
 * @param onProgress what is filled, rows so far, and of how many
 */
export async function rebuildTables(
  client: pg.Client,
  onProgress: (what: string, rows: number, of: number) => void,
): Promise<RebuiltTables> {
  const vendors = await fill<{ vendor: Vendor }>(client, {
    query: `WITH ${FOLDED_VENDORS} SELECT vendor FROM expected`,
    insert: INSERT_VENDORS,
    rowOf: ({ vendor }) => ({ ...vendor, search: vendorLexemes(vendor) }),
    onProgress: (rows, of) => onProgress('vendors', rows, of),
  });
  const products = await fill<{ product: Product }>(client, {
    query: `WITH ${FOLDED_PRODUCTS} SELECT product FROM expected`,
    insert: INSERT_PRODUCTS,
    rowOf: ({ product }) => ({ product, search: productLexemes(product) }),
    onProgress: (rows, of) => onProgress('products', rows, of),
  });
  const { rowCount: prices } = await client.query(INSERT_PRICES);
  await client.query(DOCUMENTS, [await searchDocumentsVersion()]);
  return { vendors, products, prices: prices ?? 0 };
}

/** Empties what `rebuildTables` fills, and what refers to it. */
export async function emptyTables(client: pg.Client): Promise<void> {
  // A trigger of products empties the counts of vendors, so these can't be in the same statement.
  await client.query('TRUNCATE vendors, market_vendors, vendor_aliases, products');
  await client.query('TRUNCATE product_texts, vendor_stock, vendor_stock_changes, market_prices');
}

interface Filling<Row> {
  query: string;
  insert: string;
  rowOf: (row: Row) => object;
  onProgress: (rows: number, of: number) => void;
}

async function fill<Row extends object>(client: pg.Client, filling: Filling<Row>): Promise<number> {
  const { query, insert, rowOf, onProgress } = filling;
  await client.query(`CREATE TEMP TABLE folded ON COMMIT DROP AS ${query}`);
  await client.query('DECLARE folded_rows NO SCROLL CURSOR FOR SELECT * FROM folded');
  const { rows: counts } = await client.query<{ all: number }>('SELECT count(*)::int AS all FROM folded');
  let filled = 0;
  for (;;) {
    const { rows } = await client.query<Row & Record<string, unknown>>(`FETCH ${BATCH} FROM folded_rows`);
    if (rows.length === 0) break;
    await client.query(insert, [JSON.stringify(rows.map(rowOf))]);
    filled += rows.length;
    onProgress(filled, counts[0]!.all);
  }
  await client.query('CLOSE folded_rows; DROP TABLE folded');
  return filled;
}
