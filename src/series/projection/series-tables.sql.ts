import { pointMembersSql } from './kept-point.sql.js';
import { comparableColumns } from './report-figures.sql.js';

/**
 * Tables of the series. `series_reports`: the last report of each product and day, with what its product is of, so that
 * the reports of a commodity, day and state lie together. `series_days`: what the reports of a commodity, state and day
 * amount to, for each dimension and currency; the state is empty for the whole country. Prices there are per one of
 * `per`, and `position` is where a row was changed last; a row without any reports is what has become of one that had
 * some. `series_own_days`: the prices that vendors have set, by product and day.
 *
 * What each reader would compute again is kept with the row, by PostgreSQL itself, so that it can't differ: the
 * comparable prices of a report, and the figures of a day as they are sent.
 */
export const TABLES = [
  'series_products',
  'series_vendors',
  'series_reports',
  'series_days',
  'series_own_days',
] as const;

const TEXT = 'text COLLATE "C"';

const generated = (columns: Readonly<Record<string, { type: string; sql: string }>>): string =>
  Object.entries(columns)
    .map(([name, { type, sql }]) => `${name} ${type} GENERATED ALWAYS AS (${sql}) STORED`)
    .join(',\n     ');

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
     state ${TEXT},
     commodity ${TEXT},
     unit_weight_kg numeric(12, 6),
     ${generated(comparableColumns('unit', 'unit_weight_kg'))},
     PRIMARY KEY (product_id, day)
   )`,
  'CREATE INDEX ON {series_reports} (commodity, day, state)',
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
     point text GENERATED ALWAYS AS (${pointMembersSql()}) STORED,
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
