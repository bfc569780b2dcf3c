import type { Product } from '../../../src/contracts/index.js';
import type { LoggedEvent } from './audit-log.js';
import type { System } from './system.js';

const EVENTS = `
  SELECT position::int, event_id AS "eventId", event_type AS "eventType", product_id AS "productId",
         vendor_id AS "vendorId", category, version, changes, product
  FROM inventory_events ORDER BY position NULLS LAST`;

const PRODUCTS = `
  SELECT id, vendor_id AS "vendorId", sku, name, names, description, category, unit, base_price::float8 AS "basePrice",
         currency, availability, version, created_at AS "createdAt", updated_at AS "updatedAt"
  FROM products`;

/** The log and the products as they are at one moment. */
export function readDatabase(postgres: System['postgres']): Promise<{ log: LoggedEvent[]; products: Product[] }> {
  return postgres.query(async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: log } = await client.query<LoggedEvent>(EVENTS);
    const { rows } = await client.query<Product & { createdAt: Date; updatedAt: Date }>(PRODUCTS);
    await client.query('COMMIT');
    const products = rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    }));
    return { log, products };
  });
}
