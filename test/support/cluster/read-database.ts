import type { Product } from '../../../src/contracts/index.js';
import { PRODUCT_JSON } from '../../../src/inventory/products/stored-product.sql.js';
import type { LoggedEvent } from './audit-log.js';
import type { System } from './system.js';

const EVENTS = `
  SELECT position::int, event_id AS "eventId", event_type AS "eventType", product_id AS "productId",
         vendor_id AS "vendorId", category, version, changes, product
  FROM inventory_events ORDER BY position NULLS LAST`;

const PRODUCTS = `SELECT ${PRODUCT_JSON} AS product FROM products p`;

/** The log and the products as they are at one moment. */
export function readDatabase(postgres: System['postgres']): Promise<{ log: LoggedEvent[]; products: Product[] }> {
  return postgres.query(async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: log } = await client.query<LoggedEvent>(EVENTS);
    const { rows } = await client.query<{ product: Product }>(PRODUCTS);
    await client.query('COMMIT');
    return { log, products: rows.map(({ product }) => product) };
  });
}
