import type { Product, ProductEventType } from '../../../contracts/index.js';
import { actorText, appended, appendedWithPositions, causeJson, reservePositions } from '../../../events/index.js';
import { plainArray, type Statement, textArray } from '../../../database/index.js';
import { comparablePriceSql } from '../comparable-price.sql.js';
import { PRODUCT_JSON } from '../stored-product.sql.js';
import { appendedDifferences } from '../../vendors/stock/vendor-stock.sql.js';
import type { EventMoment } from '../../event-origin.js';
import type { PriceStockUpdate } from './price-stock-update.js';

/** Of the events of one product. */
const EVENT_ORDER: readonly ProductEventType[] = ['price_changed', 'availability_changed'];

const COMPARABLE_PRICE = comparablePriceSql({
  unit: 'p.unit',
  unitWeightKg: 'p.unit_weight_kg',
  basePrice: 's.price',
});

/** SQL of a change, as `json`. */
const changeOf = (field: keyof Product, before: string, after: string): string =>
  `json_build_object('field', '${field}', 'oldValue', ${before}, 'newValue', ${after})`;

/**
 * SQL of what another price changes, as `json`: on the market day of the one before, if that had no range, nothing but
 * the price.
 */
const NEW_PRICE = changeOf('basePrice', 'trim_scale(s.base_price)', 'trim_scale(p.base_price)');
const PRICE_CHANGES = `
  CASE WHEN NOT s.priced THEN null
       WHEN s.priced_on = p.priced_on AND s.min_price IS NULL AND s.max_price IS NULL
       THEN json_build_array(${NEW_PRICE})
       ELSE (SELECT json_agg(change ORDER BY ord) FROM (VALUES
         (1, true, ${NEW_PRICE}),
         (2, s.priced_on IS DISTINCT FROM p.priced_on, ${changeOf('pricedOn', 's.priced_on', 'p.priced_on')}),
         (3, s.min_price IS NOT NULL, ${changeOf('minPrice', 'trim_scale(s.min_price)', 'null')}),
         (4, s.max_price IS NOT NULL, ${changeOf('maxPrice', 'trim_scale(s.max_price)', 'null')})
       ) AS changes (ord, differs, change) WHERE differs) END`;

const STOCK_CHANGES = `
  CASE WHEN p.availability <> s.availability
       THEN json_build_array(${changeOf('availability', 's.availability', 'p.availability')}) END`;

/**
 * Changes price and availability of any number of products and appends the events, in one statement and one round trip
 * (G3): what is stored needn't be read before, since whether anything changes, and whether it may, can be told here.
 * It does what `decide` does, and no more.
 *
 * Each row is guarded by the version it was read at, as in `COMMIT_DRAFTS`, and found again by where it lay then: if it
 * lies elsewhere by now, it is of another version. Products are taken in the order of `$1`.
 *
 * `$1` product ids, each once; `$2` prices and `$3` availabilities, null for as it is; `$4`, `$5` ids of the events of
 * either; `$6` correlation ids; `$7` vendors that the writers are confined to, or null; `$8` expected versions, or
 * null; `$9` the order of the events; `$10` actors, `$11` causes, or null; `$12` the time; `$13` the region; `$14` the
 * market day. All but the last three are lists.
 *
 * Returns each product that has been changed, with what its events say of that, or was found and is not to be changed;
 * neither who isn't there nor who lost a race. Joined to `stored` once more it could tell them apart, but on the
 * leader's connection, which has no hash joins, that goes through all rows for each row.
 *
 * In place of reading, deciding and `COMMIT_DRAFTS`: PostgreSQL takes about the same time for a row, the process 20 to
 * 40 µs less, and a batch waits for one answer instead of two.
 *
 * @param append makes the `INSERT` of the events
 * @param taken `SELECT` of the position before the first event's, as `after`
 */
const updatePriceStock = (append: typeof appended, taken: string): string => `
    WITH stored AS MATERIALIZED (
      SELECT p.ctid AS tid, p.version, p.base_price, p.availability, p.priced_on, p.min_price, p.max_price, given.*,
             coalesce(price <> p.base_price, false) AS priced,
             coalesce((owner IS NULL OR owner = p.vendor_id) AND (expected IS NULL OR expected = p.version)
                      AND (price <> p.base_price OR stock <> p.availability), false) AS wanted
      FROM unnest($1::text[], $2::numeric(12, 2)[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::integer[],
                  $9::integer[], $10::text[], $11::json[])
        AS given (product_id, price, stock, price_event, stock_event, correlation_id, owner, expected, ord, actor, cause)
      JOIN products p ON p.id = given.product_id
    ), changed AS (
      UPDATE products p
      SET base_price = coalesce(s.price, p.base_price), availability = coalesce(s.stock, p.availability),
          comparable_price = CASE WHEN s.priced THEN ${COMPARABLE_PRICE} ELSE p.comparable_price END,
          priced_on = CASE WHEN s.priced THEN $14::text::date ELSE p.priced_on END,
          min_price = CASE WHEN s.priced THEN null ELSE p.min_price END,
          max_price = CASE WHEN s.priced THEN null ELSE p.max_price END,
          version = p.version + 1, counted_version = p.version + 1, updated_at = $12::text::timestamptz
      FROM stored s
      WHERE s.wanted AND p.ctid = s.tid AND p.version = s.version
      RETURNING p.id, p.vendor_id, p.category, p.version, p.availability, s.availability AS stock_before,
        s.price_event, s.stock_event, s.correlation_id, s.ord, s.actor, s.cause, ${PRODUCT_JSON} AS product,
        ${PRICE_CHANGES} AS price_changes, ${STOCK_CHANGES} AS stock_changes
    ), counted AS (${appendedDifferences('changed')}
    ), taken AS MATERIALIZED (${taken}
    ), appended AS (${append({
      values: {
        event_id: 'e.id',
        event_type: 'e.type',
        product_id: 'e.product_id',
        vendor_id: 'e.vendor_id',
        category: 'e.category',
        version: 'e.version',
        changes: 'e.changes',
        product: 'e.product',
        actor: 'e.actor',
        cause: 'e.cause',
        correlation_id: 'e.correlation_id',
        region: '$13',
        occurred_at: '$12::text::timestamptz',
      },
      from: `(
        SELECT c.price_event AS id, 'price_changed' AS type, c.id AS product_id, c.vendor_id, c.category, c.version,
               c.price_changes AS changes, c.product, c.correlation_id, c.actor, c.cause, c.ord,
               ${EVENT_ORDER.indexOf('price_changed')} AS place
        FROM changed c WHERE c.price_changes IS NOT NULL
        UNION ALL
        SELECT c.stock_event, 'availability_changed', c.id, c.vendor_id, c.category, c.version,
               c.stock_changes, c.product, c.correlation_id, c.actor, c.cause, c.ord,
               ${EVENT_ORDER.indexOf('availability_changed')}
        FROM changed c WHERE c.stock_changes IS NOT NULL
      ) e`,
      order: 'e.ord, e.place',
    })})
    SELECT product::text, price_changes::text AS "priceChanges", stock_changes::text AS "stockChanges",
           (SELECT after FROM taken) AS after
    FROM changed
    UNION ALL
    SELECT ${PRODUCT_JSON}::text, null, null, null
    FROM stored s JOIN products p ON p.ctid = s.tid WHERE NOT s.wanted`;

export const UPDATE_PRICE_STOCK: Statement = {
  name: 'update-price-stock',
  text: updatePriceStock(appended, 'SELECT null::bigint AS after'),
};

/** The same for `InlineSequencing`. `$15`: the lowest `seq` that may be without position. */
export const UPDATE_PRICE_STOCK_WITH_POSITIONS: Statement = {
  name: 'update-price-stock-with-positions',
  text: updatePriceStock(
    (rows) => appendedWithPositions(rows, '(SELECT after FROM taken)'),
    reservePositions('changed', '$15'),
  ),
};

/** SQL of what the log has of a product's event of this type; null if it has none. */
const changesOf = (type: ProductEventType): string => `min(changes::text) FILTER (WHERE event_type = '${type}')`;

/**
 * The rows of what such a statement has changed, from the log. `$1` ids of the products, `$2` ids of the events, `$3`
 * the lowest `seq` they may have: of a product with a long history only the last events are looked at.
 */
export const FIND_PRICE_STOCK_CHANGES: Statement = {
  name: 'find-price-stock-changes',
  text: `
    SELECT min(product::text) AS product, ${changesOf('price_changed')} AS "priceChanges",
           ${changesOf('availability_changed')} AS "stockChanges", null AS after
    FROM inventory_events
    WHERE product_id = ANY($1::text[]) AND seq >= $3 AND event_id = ANY($2::uuid[])
    GROUP BY product_id`,
};

/**
 * What was found. Texts of JSON, and few of them: to read one takes the process a third of the time that its columns
 * take.
 */
export interface PriceStockRow {
  /** A `Product`, as it is now. */
  product: string;
  /** What the event of its price says has changed, and that of its stock; null without one. */
  priceChanges: string | null;
  stockChanges: string | null;
  /**
   * The position before that of the first event, if the events have positions already; the same in all rows that have
   * changed.
   */
  after: string | null;
}

export function priceStockValues(changes: readonly PriceStockUpdate[], moment: EventMoment): unknown[] {
  // In one order for everybody, so that two batches can't deadlock in the usual case.
  const order = changes
    .map((_change, ord) => ord)
    .sort((one, other) => (changes[one]!.id < changes[other]!.id ? -1 : 1));
  const rows = order.map((ord) => changes[ord]!);
  return [
    textArray(rows.map(({ id }) => id)),
    plainArray(rows.map(({ write }) => write.command.updates.basePrice)),
    textArray(rows.map(({ write }) => write.command.updates.availability ?? null)),
    plainArray(rows.map(({ eventIds }) => eventIds.price_changed)),
    plainArray(rows.map(({ eventIds }) => eventIds.availability_changed)),
    textArray(rows.map(({ write }) => write.origin.correlationId)),
    textArray(rows.map(({ write }) => write.owner ?? null)),
    plainArray(rows.map(({ expectedVersion }) => expectedVersion)),
    plainArray(order),
    textArray(rows.map(({ write }) => actorText(write.origin.actor))),
    textArray(rows.map(({ write }) => causeJson(write.origin.cause))),
    moment.occurredAt,
    moment.region,
    moment.marketDay,
  ];
}

/** Ids of the events that the changes may have caused, in the order in which they are appended. */
export function orderedEventIds(changes: readonly PriceStockUpdate[]): string[] {
  const ids: string[] = [];
  for (const { eventIds } of changes) {
    for (const type of EVENT_ORDER) {
      const id = eventIds[type];
      if (id !== undefined) ids.push(id);
    }
  }
  return ids;
}
