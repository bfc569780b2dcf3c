import { type Product, PRODUCT_FIELDS, SEARCHED_FIELDS, STORED_PRODUCT } from '../../../contracts/index.js';
import type { Recomputation } from '../../../consumers/index.js';
import { plainArray, type Statement, textArray } from '../../../database/index.js';
import { PRODUCT_JSON, storedValues, storedValuesOf } from '../stored-product.sql.js';

/** Columns of a product's texts, which many versions have in common; the category is in both tables. */
export const TEXT_COLUMNS = SEARCHED_FIELDS.map((field) => STORED_PRODUCT[field].column);

/** Those that a version hasn't. */
const APART = TEXT_COLUMNS.filter((column) => column !== 'category');

/** Columns of `product_versions`, under the names that `products` has for them, with SQL of what they are to hold. */
const ofVersions = (values: [column: string, value: string][]): [column: string, value: string][] =>
  values.filter(([column]) => !APART.includes(column));

/**
 * A version is of the positions from `from_position` on, up to `to_position`, which is the first one that it is no
 * longer of; null: it is the current one. No index has `to_position`, so that ending a version enters none.
 *
 * What a change of price or stock leaves as it is has rows of its own, one for all the versions between two changes of
 * it: only these are in indexes by time and by vendor, which would take as long as those by price for each version.
 */
export const CREATE_TABLES = [
  `CREATE TABLE {product_version_texts} (
     id uuid PRIMARY KEY,
     name text NOT NULL,
     names jsonb NOT NULL,
     description text,
     category text COLLATE "C" NOT NULL,
     variety text,
     grade text,
     lexemes tsvector NOT NULL
   )`,
  `CREATE INDEX ON {product_version_texts} USING gin (lexemes) WITH (fastupdate = off)`,
  `CREATE TABLE {product_versions} (
     id text COLLATE "C" NOT NULL,
     from_position bigint NOT NULL,
     to_position bigint,
     vendor_id text COLLATE "C" NOT NULL,
     text_id uuid NOT NULL,
     sku text NOT NULL,
     category text COLLATE "C" NOT NULL,
     commodity text COLLATE "C",
     unit text NOT NULL,
     unit_weight_kg numeric(12, 6),
     base_price numeric(12, 2) NOT NULL,
     min_price numeric(12, 2),
     max_price numeric(12, 2),
     currency text COLLATE "C" NOT NULL,
     priced_on date NOT NULL,
     dimension text COLLATE "C" NOT NULL,
     comparable_price numeric(20, 6) NOT NULL,
     availability text COLLATE "C" NOT NULL,
     version integer NOT NULL,
     created_at timestamptz(3) NOT NULL,
     updated_at timestamptz(3) NOT NULL,
     PRIMARY KEY (id, from_position)
   ) WITH (fillfactor = 80)`,
  `CREATE INDEX ON {product_versions} (dimension, currency, comparable_price, id)`,
  `CREATE INDEX ON {product_versions} (category, dimension, currency, comparable_price, id)`,
  `CREATE INDEX ON {product_versions} (text_id, dimension, currency, comparable_price, id)`,
  `CREATE TABLE {product_identities} (
     id text COLLATE "C" NOT NULL,
     from_position bigint NOT NULL,
     to_position bigint,
     vendor_id text COLLATE "C" NOT NULL,
     text_id uuid NOT NULL,
     category text COLLATE "C" NOT NULL,
     created_at timestamptz(3) NOT NULL,
     PRIMARY KEY (id, from_position)
   ) WITH (fillfactor = 80)`,
  `CREATE INDEX ON {product_identities} (created_at, id)`,
  `CREATE INDEX ON {product_identities} (category, created_at, id)`,
  `CREATE INDEX ON {product_identities} (text_id, created_at, id)`,
  `CREATE INDEX ON {product_identities} (vendor_id, created_at, id)`,
  `CREATE TABLE {vendor_versions} (
     id text COLLATE "C" NOT NULL,
     from_position bigint NOT NULL,
     to_position bigint,
     name text NOT NULL,
     names jsonb NOT NULL,
     market text,
     district text,
     state text,
     languages text[] NOT NULL,
     version integer NOT NULL,
     created_at timestamptz(3) NOT NULL,
     updated_at timestamptz(3) NOT NULL,
     PRIMARY KEY (id, from_position)
   )`,
  `CREATE INDEX ON {vendor_versions} (state, district)`,
  // Vendors that were there before vendors had events, and haven't changed since.
  `INSERT INTO {vendor_versions}
   SELECT v.id, 0, NULL, v.name, v.names, v.market, v.district, v.state, v.languages, v.version, v.created_at, v.updated_at
   FROM vendors v
   WHERE v.logged_version IS NULL
     AND NOT EXISTS (SELECT FROM inventory_events e WHERE e.product_id IS NULL AND e.vendor_id = v.id)`,
];

/** Version 2 had the indexes of both in one table: each of its versions is an identity. */
export const OLDER_TABLES = {
  2: {
    product_identities: `SELECT id, from_position, to_position, vendor_id, text_id, category, created_at
                         FROM {product_versions}`,
  },
};

/** `$1` ids, `$2` those of them whose state is wanted. */
export const READ_CURRENT: Statement = {
  name: 'read-current-product-versions',
  text: `SELECT p.id, p.version, p.from_position AS "from", p.vendor_id AS "vendorId", p.text_id AS "textId",
                CASE WHEN p.id = ANY ($2::text[]) THEN (
                  SELECT ${PRODUCT_JSON} FROM (
                    SELECT v.*, t.name, t.names, t.description, t.variety, t.grade
                    FROM {product_versions} v JOIN {product_version_texts} t ON t.id = v.text_id
                    WHERE v.id = p.id AND v.from_position = p.from_position) p) END AS state
         FROM unnest($1::text[]) AS wanted (id)
         CROSS JOIN LATERAL (
           SELECT v.id, v.version, v.from_position, v.to_position, v.vendor_id, v.text_id FROM {product_versions} v
           WHERE v.id = wanted.id ORDER BY v.from_position DESC LIMIT 1) p
         WHERE p.to_position IS NULL`,
};

/** `$1` ids. */
export const READ_CURRENT_VENDORS: Statement = {
  name: 'read-current-vendor-versions',
  text: `SELECT v.id, v.version, v.from_position AS "from" FROM {vendor_versions} v
         WHERE v.id = ANY ($1::text[]) AND v.to_position IS NULL`,
};

/** `$1` ids. */
export const KNOWN_TEXTS: Statement = {
  name: 'read-known-version-texts',
  text: 'SELECT id FROM {product_version_texts} WHERE id = ANY ($1::uuid[])',
};

/** `$1` JSON: texts with their lexemes. */
export const INSERT_TEXTS: Statement = {
  name: 'insert-version-texts',
  text: `INSERT INTO {product_version_texts} (id, name, names, description, category, variety, grade, lexemes)
         SELECT id, name, names, description, category, variety, grade, array_to_tsvector(lexemes)
         FROM jsonb_to_recordset($1::jsonb) AS t (
           id uuid, name text, names jsonb, description text, category text, variety text, grade text, lexemes text[])
         ON CONFLICT (id) DO NOTHING`,
};

const ended = (table: string): string => `
  UPDATE {${table}} v SET to_position = ended.at
  FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS ended (id, since, at)
  WHERE v.id = ended.id AND v.from_position = ended.since`;

/** `$1` ids, `$2` since when they are current, `$3` where they end. */
export const END_PRODUCTS: Statement = { name: 'end-product-versions', text: ended('product_versions') };
export const END_VENDORS: Statement = { name: 'end-vendor-versions', text: ended('vendor_versions') };

/** `$1` ids, `$2` where their current identities end. */
export const END_IDENTITIES: Statement = {
  name: 'end-product-identities',
  text: `UPDATE {product_identities} i SET to_position = ended.at
         FROM unnest($1::text[], $2::bigint[]) AS ended (id, at)
         WHERE i.id = ended.id AND i.to_position IS NULL`,
};

/** `$1` ids, `$2` from, `$3` to, `$4` vendors, `$5` texts, `$6` categories, `$7` times of creation. */
export const INSERT_IDENTITIES: Statement = {
  name: 'insert-product-identities',
  text: `INSERT INTO {product_identities} (id, from_position, to_position, vendor_id, text_id, category, created_at)
         SELECT * FROM unnest(
           $1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::timestamptz[])`,
};

const VALUES = ofVersions(storedValuesOf((field) => `r."${field}"`));

/** The fields of a product that come as arrays: all but texts and what is made of other fields. */
const ARRAYS = PRODUCT_FIELDS.flatMap((field) => {
  const { column, as } = STORED_PRODUCT[field];
  if (APART.includes(column) || as === 'comparable price' || as === 'json') return [];
  return [{ field, type: { text: 'text', number: 'numeric', day: 'date', time: 'timestamptz' }[as] }];
});

const PLACES = ['"from"', '"to"', '"textId"', ...ARRAYS.map(({ field }) => `"${field}"`)];
const TYPES = ['bigint', 'bigint', 'uuid', ...ARRAYS.map(({ type }) => type)];

export interface VersionRow {
  from: number;
  to: number | null;
  /** UUID */
  textId: string;
  product: Product;
}

/**
 * `versionArrays`. An array for each column: a row takes 8 µs to read and compute of them, and 44 µs of JSON of
 * products, more than it takes to insert the row with its index entries.
 */
export const INSERT_PRODUCTS: Statement = {
  name: 'insert-product-versions',
  text: `INSERT INTO {product_versions} (from_position, to_position, text_id, ${VALUES.map(([column]) => column).join(', ')})
         SELECT r."from", r."to", r."textId", ${VALUES.map(([, value]) => value).join(', ')}
         FROM unnest(${TYPES.map((type, index) => `$${index + 1}::${type}[]`).join(', ')}) AS r (${PLACES.join(', ')})`,
};

export function versionArrays(rows: readonly VersionRow[]): string[] {
  return [
    plainArray(rows.map(({ from }) => from)),
    plainArray(rows.map(({ to }) => to)),
    plainArray(rows.map(({ textId }) => textId)),
    ...ARRAYS.map(({ field, type }) => {
      const values = rows.map(({ product }) => product[field] as string | number | null);
      return type === 'text' ? textArray(values as (string | null)[]) : plainArray(values);
    }),
  ];
}

const VENDOR_VALUES = `
  r.vendor->>'id', r.vendor->>'name', r.vendor->'names', r.vendor->>'market', r.vendor->>'district',
  r.vendor->>'state', ARRAY(SELECT jsonb_array_elements_text(r.vendor->'languages')), (r.vendor->>'version')::int,
  (r.vendor->>'createdAt')::timestamptz, (r.vendor->>'updatedAt')::timestamptz`;
const VENDOR_COLUMNS = 'id, name, names, market, district, state, languages, version, created_at, updated_at';

/** `$1` JSON: `from`, `to` and `vendor`. */
export const INSERT_VENDORS: Statement = {
  name: 'insert-vendor-versions',
  text: `INSERT INTO {vendor_versions} (from_position, to_position, ${VENDOR_COLUMNS})
         SELECT r."from", r."to", ${VENDOR_VALUES}
         FROM jsonb_to_recordset($1::jsonb) AS r ("from" bigint, "to" bigint, vendor jsonb)`,
};

const BY_POSITION = 'OVER (PARTITION BY id ORDER BY position)';
const IN_INDIA = `to_char((product->>'updatedAt')::timestamptz AT TIME ZONE 'Asia/Kolkata', 'YYYY-MM-DD')`;

const TEXTS_OF_ID = `
    (SELECT ROW(t.name, t.names, t.description, t.variety, t.grade) FROM {product_version_texts} t WHERE t.id = text_id)`;
const TEXTS_OF_PRODUCT = `
    ROW(product->>'name', product->'names', product->>'description', product->>'variety', product->>'grade')`;

/**
 * The first event of each version opens it, the next one ends it. The last state is the one that an event has brought,
 * and what reports have changed of it since; such a report has no state of its own.
 */
const WITH_VERSIONS = `
    WITH steps AS (
      SELECT product_id AS id, position, version, event_type, changes, occurred_at, product,
             count(product) OVER (PARTITION BY product_id ORDER BY position) AS brought
      FROM projected_log WHERE product_id IS NOT NULL AND (product IS NOT NULL OR json_array_length(changes) > 0)
    ), brought AS (
      SELECT id, brought, product::jsonb AS product FROM steps WHERE product IS NOT NULL
    ), reported AS (
      SELECT DISTINCT ON (id, position) id, position,
             jsonb_object_agg(change->>'field', change->'newValue')
               OVER (PARTITION BY id, brought ORDER BY position) AS fields
      FROM steps CROSS JOIN json_array_elements(changes) AS change WHERE event_type = 'price_recorded'
    ), states AS (
      SELECT s.id, s.position, s.version, s.event_type,
             b.product || CASE WHEN r.id IS NULL THEN '{}'
                               ELSE r.fields || jsonb_build_object('version', s.version, 'updatedAt', s.occurred_at) END
               AS product,
             lag(s.version) OVER (PARTITION BY s.id ORDER BY s.position) AS version_before,
             lag(s.event_type) OVER (PARTITION BY s.id ORDER BY s.position) AS before
      FROM steps s JOIN brought b USING (id, brought) LEFT JOIN reported r ON r.id = s.id AND r.position = s.position
    ), versions AS (
      SELECT id, event_type, position AS from_position, lead(position) ${BY_POSITION} AS to_position,
             product || jsonb_build_object('pricedOn', coalesce(product->>'pricedOn', ${IN_INDIA})) AS product
      FROM states
      WHERE event_type = 'product_deleted' OR before IS NULL OR before = 'product_deleted' OR version <> version_before
    )`;

export const PRODUCT_RECOMPUTATION: Recomputation = {
  columns: `from_position, to_position, ${VALUES.map(([column]) => column).join(', ')}, ${TEXTS_OF_ID}`,
  rows: `${WITH_VERSIONS}
    SELECT from_position, to_position, ${ofVersions(storedValues('product'))
      .map(([, value]) => value)
      .join(', ')}, ${TEXTS_OF_PRODUCT}
    FROM versions WHERE event_type <> 'product_deleted'`,
};

/**
 * Versions that follow one another with the same vendor and texts are of one identity: made of the versions, which are
 * themselves compared with the log, as making them of it again would take as long.
 */
export const IDENTITY_RECOMPUTATION: Recomputation = {
  columns: `id, from_position, to_position, vendor_id, category, created_at, ${TEXTS_OF_ID}`,
  rows: `WITH compared AS (
      SELECT *, lag(to_position) OVER each_version IS NOT DISTINCT FROM from_position
                AND lag(ROW(vendor_id, text_id)) OVER each_version = ROW(vendor_id, text_id) AS goes_on
      FROM {product_versions} WINDOW each_version AS (PARTITION BY id ORDER BY from_position)
    ), numbered AS (
      SELECT *, count(*) FILTER (WHERE goes_on IS NOT TRUE) OVER (PARTITION BY id ORDER BY from_position) AS number
      FROM compared
    ), identities AS (
      SELECT id, min(from_position) AS from_position,
             CASE WHEN count(to_position) = count(*) THEN max(to_position) END AS to_position,
             min(vendor_id) AS vendor_id, min(category) AS category, min(created_at) AS created_at,
             (array_agg(text_id))[1] AS text_id
      FROM numbered GROUP BY id, number
    )
    SELECT id, from_position, to_position, vendor_id, category, created_at, ${TEXTS_OF_ID} FROM identities`,
};

/** What was there before vendors had events isn't in the log. */
export const VENDOR_RECOMPUTATION: Recomputation = {
  columns: `from_position, to_position, ${VENDOR_COLUMNS}`,
  where: 'from_position > 0',
  rows: `
    SELECT r.position, lead(r.position) OVER (PARTITION BY r.vendor_id ORDER BY r.position), ${VENDOR_VALUES}
    FROM (SELECT position, vendor_id, vendor::jsonb AS vendor, event_type,
                 lag(version) OVER (PARTITION BY vendor_id ORDER BY position) AS before
          FROM projected_log WHERE product_id IS NULL) r
    WHERE (before IS NOT NULL OR event_type = 'vendor_created') AND (r.vendor->>'version')::int IS DISTINCT FROM before`,
};
