import type pg from 'pg';

/**
 * Appends so many events to the log, each with its position: prices of one product, and some of its vendor. They match
 * no table, so `verifyLog` has something to say of them.
 */
export async function lengthenLog(client: pg.Client, events: number): Promise<void> {
  await client.query(
    `
    INSERT INTO inventory_events (event_id, position, event_type, product_id, vendor_id, category, version, changes,
                                  product, vendor, actor, cause, correlation_id, region, occurred_at)
    SELECT gen_random_uuid(), head + n,
           CASE WHEN of_vendor THEN 'vendor_updated' ELSE 'price_changed' END,
           CASE WHEN of_vendor THEN NULL ELSE 'prd_' || n % 50 END, 'vnd_' || n % 7,
           CASE WHEN of_vendor THEN NULL ELSE 'vegetables' END, n,
           CASE WHEN of_vendor
             THEN json_build_array(json_build_object('field', 'name', 'oldValue', 'Asha ' || n - 1, 'newValue', 'Asha ' || n))
             ELSE json_build_array(json_build_object('field', 'basePrice', 'oldValue', n - 1, 'newValue', n)) END,
           CASE WHEN NOT of_vendor THEN json_build_object('id', 'prd_' || n % 50, 'name', 'प्याज', 'basePrice', n,
             'unit', 'kg', 'pricedOn', '2026-01-01', 'comparablePrice', NULL) END,
           CASE WHEN of_vendor THEN json_build_object('id', 'vnd_' || n % 7, 'name', 'Asha ' || n, 'names',
             json_build_object('hi', 'आशा ' || n), 'market', 'Azadpur', 'version', n) END,
           'vendor:vnd_' || n % 7, CASE WHEN n % 3 = 0 THEN json_build_object('idempotencyKey', 'k' || n) END,
           'test', 'local', '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 second'
    FROM (SELECT coalesce(max(position), 0) AS head FROM inventory_events) h,
         generate_series(1, $1::int) AS n, LATERAL (SELECT n % 10 = 0 AS of_vendor) kind
    ORDER BY n`,
    [events],
  );
}
