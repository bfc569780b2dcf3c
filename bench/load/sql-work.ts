import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { AVAILABILITIES, type Product } from '../../src/contracts/index.js';
import { PRODUCT_JSON } from '../../src/inventory/products/stored-product.sql.js';
import { productSearchSql } from '../../src/inventory/search/planner/product-search.sql.js';
import { appendedDifferences } from '../../src/inventory/vendors/stock/vendor-stock.sql.js';
import { textQueryOf } from '../../src/inventory/text/text-query.js';
import { randomOf } from '../hit-ratio/random.js';
import { type MissShape, missFilters } from './miss-searches.js';
import { partOf, randomPrice } from './values.js';

/** What is asked of PostgreSQL; the counterparts of `HttpWork`. */
export type SqlWork =
  { kind: 'write'; seed: number } | { kind: 'bulk'; rows: number } | { kind: 'search'; shape: MissShape; seed: number };

type Call = (loop: number, client: pg.Client) => Promise<void>;

export async function callsOf(work: SqlWork, client: pg.Client, loops: number): Promise<Call> {
  switch (work.kind) {
    case 'write':
      return writes(await snapshots(client, 'basePrice'), randomOf(work.seed));
    case 'bulk':
      return bulks(await snapshots(client, 'availability'), work.rows, loops);
    case 'search':
      return searches(work.shape, randomOf(work.seed));
  }
}

const COLUMNS = `event_id, event_type, product_id, vendor_id, category, version, changes, product, correlation_id,
                 region, occurred_at`;

/** Of quintals, which all products of these benches are sold by: or a trigger finds it out. */
const COMPARABLE_PRICE = 'round($2::numeric / 100, 6)';

/** `$1` id, `$2` price, `$3` time, `$4` event id, `$5` changes, `$6` snapshot, `$7` correlation id. */
const WRITE = {
  name: 'ceiling-write',
  text: `
    WITH changed AS (
      UPDATE products SET base_price = $2, comparable_price = ${COMPARABLE_PRICE}, version = version + 1, updated_at = $3
      WHERE id = $1
      RETURNING id, vendor_id, category, version
    )
    INSERT INTO inventory_events (${COLUMNS})
    SELECT $4::uuid, 'price_changed', id, vendor_id, category, version, $5::json, $6::json, $7, 'local', $3 FROM changed`,
};

/**
 * `$1` ids, `$2` availability, `$3` time, `$4` event ids, `$5` changes, `$6` snapshots, `$7` correlation id, `$8` what
 * the availability was: or a trigger counts each row by itself.
 */
const BULK = {
  name: 'ceiling-bulk',
  text: `
    WITH given AS (
      SELECT * FROM unnest($1::text[], $4::uuid[], $5::json[], $6::json[]) AS g (id, event_id, changes, product)
    ), changed AS (
      UPDATE products p
      SET availability = $2, version = version + 1, counted_version = version + 1, updated_at = $3
      FROM given g WHERE p.id = g.id
      RETURNING p.id, p.vendor_id, p.category, p.version, p.availability, $8::text AS stock_before,
        g.event_id, g.changes, g.product
    ), counted AS (${appendedDifferences('changed')}
    )
    INSERT INTO inventory_events (${COLUMNS})
    SELECT event_id, 'availability_changed', id, vendor_id, category, version, changes, product, $7, 'local', $3
    FROM changed`,
};

interface Snapshot {
  id: string;
  /** The product as JSON, cut where one field's value is. */
  before: string;
  after: string;
}

/** What an event carries of each product, prepared: a ceiling doesn't spend its time on writing JSON. */
async function snapshots(client: pg.Client, field: 'basePrice' | 'availability'): Promise<Snapshot[]> {
  const { rows } = await client.query<{ product: Product }>(
    `SELECT ${PRODUCT_JSON} AS product FROM products p ORDER BY p.id`,
  );
  return rows.map(({ product }) => {
    const [before, after] = JSON.stringify({ ...product, [field]: '#' }).split('"#"');
    return { id: product.id, before: before!, after: after! };
  });
}

function writes(products: readonly Snapshot[], random: () => number): Call {
  return async (_loop, client) => {
    const { id, before, after } = products[Math.floor(random() * products.length)]!;
    const price = randomPrice(random);
    const changes = `[{"field":"basePrice","oldValue":1000.5,"newValue":${price}}]`;
    await client.query({
      ...WRITE,
      values: [id, price, new Date().toISOString(), uuid(), changes, before + price + after, uuid()],
    });
  };
}

function bulks(products: readonly Snapshot[], rows: number, loops: number): Call {
  const byId = new Map(products.map((product) => [product.id, product]));
  const passes = Array.from({ length: loops }, (_, loop) => partOf([...byId.keys()], loop, loops, rows));
  return async (loop, client) => {
    const { ids, turn } = passes[loop]!();
    const availability = AVAILABILITIES[turn % AVAILABILITIES.length]!;
    const before = AVAILABILITIES[(turn - 1) % AVAILABILITIES.length]!;
    const changes = JSON.stringify([{ field: 'availability', oldValue: before, newValue: availability }]);
    const states = ids.map((id) => {
      const { before, after } = byId.get(id)!;
      return `${before}"${availability}"${after}`;
    });
    await client.query({
      ...BULK,
      values: [
        ids,
        availability,
        new Date().toISOString(),
        ids.map(() => uuid()),
        ids.map(() => changes),
        states,
        uuid(),
        before,
      ],
    });
  };
}

/** The statement as the product sends it. */
function searches(shape: MissShape, random: () => number): Call {
  return async (_loop, client) => {
    const filters = missFilters(shape, random);
    const text = filters.q === undefined ? undefined : textQueryOf(filters.q);
    const { statement, values } = productSearchSql(filters, { limit: 20 }, text);
    await client.query({ ...statement, values });
  };
}
