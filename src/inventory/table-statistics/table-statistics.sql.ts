import type { Statement } from '../../database/index.js';
import { HOT_TABLES, type HotTable } from './hot-tables.js';

/** Pages up to which the rows of a table are counted: of so few, the last page alone may hold most of the rows. */
const SMALL = 16;

/** A table as it is, and as the planner knows it. Pages are PostgreSQL's, of 8 KiB. */
export interface TableSize {
  name: string;
  pages: number;
  /** Rows of a small table, null of others. */
  counted: number | null;
  /** Pages and rows when it was analysed last; 0 if it never was. */
  analysed: number;
  rows: number;
  /** Whether its pages are visible to all transactions, by the last analysis or vacuum. */
  isVisible: boolean;
  /** Rows inserted and updated since the server's counters began, some of them counted ten seconds late. */
  inserted: number;
  updated: number;
}

const counts = HOT_TABLES.map(({ name }) => `WHEN '${name}' THEN (SELECT count(*) FROM ${name})`);

/**
 * Sizes of the hot tables that this role may analyse: those that it owns. Asks the file system for their
 * lengths, which are known as soon as a row is written; the counters, which autovacuum goes by, are late.
 *
 * `relpages` is set by the building of an index as well: a restored dump has them, but nothing about its columns.
 */
export const TABLE_SIZES: Statement = {
  name: 'table-sizes',
  text: `
    SELECT c.relname AS name, c.pages,
           (CASE WHEN c.pages <= ${SMALL} THEN CASE c.relname ${counts.join(' ')} END END)::float8 AS counted,
           (CASE WHEN c.reltuples <= 0 OR EXISTS (
              SELECT FROM pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname
            ) THEN c.relpages ELSE 0 END)::float8 AS analysed,
           greatest(c.reltuples, 0)::float8 AS rows,
           c.relallvisible >= c.relpages AS "isVisible",
           pg_stat_get_tuples_inserted(c.oid)::float8 AS inserted,
           pg_stat_get_tuples_updated(c.oid)::float8 AS updated
    FROM (
      SELECT oid, relname, relnamespace, reltuples, relpages, relallvisible,
             (pg_relation_size(oid) / current_setting('block_size')::int)::float8 AS pages
      FROM pg_class
      WHERE oid IN (${HOT_TABLES.map(({ name }) => `to_regclass('${name}')`).join(', ')})
        AND pg_has_role(relowner, 'USAGE')
    ) c JOIN pg_namespace n ON n.oid = c.relnamespace`,
};

/** Skips the table while another session analyses or vacuums it, or changes its definition. */
export const analyzeSql = ({ name, columns }: HotTable): string =>
  `ANALYZE (SKIP_LOCKED) ${name} (${columns.join(', ')})`;

/**
 * Enters into the indexes what waits to be entered, which an analysis by hand doesn't do. Writers go on meanwhile.
 * `pages`: how many have been worked off.
 */
export const cleanPendingSql = ({ ginIndexes }: HotTable): string =>
  `SELECT (${ginIndexes.map((index) => `gin_clean_pending_list('${index}')`).join(' + ')})::float8 AS pages`;

/** Marks pages as visible to all; autovacuum has to remove dead rows, with their entries in indexes. */
export const vacuumSql = ({ name }: HotTable): string =>
  `VACUUM (SKIP_LOCKED, INDEX_CLEANUP OFF, TRUNCATE OFF) ${name}`;
