/**
 * Tables of the series. `series_reports`: the last report of each product and day, with what its product is of, so that
 * the reports of a commodity and day lie together. `series_days`: what the reports of a commodity, state and day amount
 * to, for each dimension and currency; the state is empty for the whole country. Prices there are per one of `per`, and
 * `position` is where a row was changed last; a row without any reports is what has become of one that had some.
 * `series_own_days`: the prices that vendors have set, by product and day.
 */
export const TABLES = [
  'series_products',
  'series_vendors',
  'series_reports',
  'series_days',
  'series_own_days',
] as const;

const TEXT = 'text COLLATE "C"';

export const CREATE_TABLES = [
  `CREATE TABLE {series_products} (
     product_id ${TEXT} PRIMARY KEY,
     vendor_id ${TEXT} NOT NULL,
     category ${TEXT} NOT NULL,
     commodity ${TEXT},
     variety text,
     unit_weight_kg numeric(12, 6)
   )`,
  'CREATE INDEX ON {series_products} (commodity)',
  'CREATE INDEX ON {series_products} (vendor_id)',
  `CREATE TABLE {series_vendors} (
     vendor_id ${TEXT} PRIMARY KEY,
     state ${TEXT},
     district ${TEXT},
     market ${TEXT}
   )`,
  `CREATE TABLE {series_reports} (
     product_id ${TEXT} NOT NULL,
     day date NOT NULL,
     revision integer NOT NULL,
     min numeric(12, 2),
     max numeric(12, 2),
     modal numeric(12, 2) NOT NULL,
     unit text NOT NULL,
     currency ${TEXT} NOT NULL,
     kg numeric,
     suspicious boolean NOT NULL,
     vendor_id ${TEXT},
     commodity ${TEXT},
     unit_weight_kg numeric(12, 6),
     PRIMARY KEY (product_id, day)
   )`,
  'CREATE INDEX ON {series_reports} (commodity, day)',
  `CREATE TABLE {series_days} (
     commodity ${TEXT} NOT NULL,
     state ${TEXT} NOT NULL,
     day date NOT NULL,
     per ${TEXT} NOT NULL,
     currency ${TEXT} NOT NULL,
     low numeric,
     high numeric,
     total numeric,
     median numeric,
     weighed_total numeric,
     weighed_kg numeric,
     kg numeric,
     reports integer NOT NULL,
     markets integer NOT NULL,
     suspicious integer NOT NULL,
     position bigint NOT NULL,
     PRIMARY KEY (commodity, state, day, per, currency)
   )`,
  'CREATE INDEX ON {series_days} (position)',
  `CREATE TABLE {series_own_days} (
     product_id ${TEXT} NOT NULL,
     day date NOT NULL,
     per ${TEXT} NOT NULL,
     currency ${TEXT} NOT NULL,
     first numeric NOT NULL,
     last numeric NOT NULL,
     low numeric NOT NULL,
     high numeric NOT NULL,
     PRIMARY KEY (product_id, day, per, currency)
   )`,
];
