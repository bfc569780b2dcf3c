import type pg from 'pg';
import { KEPT_TABLES } from './backup-format.js';

export interface BackupTable {
  name: string;
  /** All that can be written, in their order. */
  columns: string[];
  /** Columns with a sequence of their own. */
  counted: string[];
}

/** `$1`: names. Each table behind those that it refers to. */
const TABLES = `
  WITH RECURSIVE own AS (
    SELECT c.oid, c.relname AS name FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
      AND c.relname = ANY ($1)
  ), refers AS (
    SELECT conrelid AS one, confrelid AS other FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid
  ), depths AS (
    SELECT oid, 0 AS depth FROM own
    UNION ALL
    SELECT r.one, d.depth + 1 FROM depths d JOIN refers r ON r.other = d.oid WHERE d.depth < 20
  )
  SELECT o.name,
         (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
         (SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_attribute a
          WHERE a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
            AND pg_get_serial_sequence(quote_ident(o.name), a.attname) IS NOT NULL) AS counted
  FROM own o ORDER BY (SELECT max(depth) FROM depths d WHERE d.oid = o.oid), o.name`;

const SCHEMA = 'SELECT name FROM migrations ORDER BY timestamp DESC LIMIT 1';

export async function backupTables(client: pg.Client): Promise<BackupTable[]> {
  return (await client.query<BackupTable>(TABLES, [KEPT_TABLES])).rows;
}

/** The newest change of the schema that the database has. */
export async function schemaOf(client: pg.Client): Promise<string> {
  return (await client.query<{ name: string }>(SCHEMA)).rows[0]!.name;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
