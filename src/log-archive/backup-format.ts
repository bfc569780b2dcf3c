/** First member of the first line. */
export const BACKUP_FORMAT = 'mandi-inventory-sync backup 1';

/**
 * The first line of a backup. Frames follow, each a piece of a table: a line of JSON (`BackupFrame`), and as many bytes
 * of PostgreSQL's `COPY` text as it says. A line with the end is the last.
 */
export interface BackupHead {
  format: typeof BACKUP_FORMAT;
  /** Of the log, and those that it took the place of. */
  epoch: string;
  former: string[];
  /** Of the last event. */
  position: number;
  /** The newest change of the schema: only a program that has no newer one restores it. */
  schema: string;
  takenAt: string;
}

export interface BackupFrame {
  table: string;
  columns: string[];
  bytes: number;
}

/** The last line; the hash is of all before. */
export interface BackupEnd {
  tables: number;
  rows: number;
  sha256: string;
}

/**
 * The product's tables that are kept. Others may use the schema as well: their tables are neither copied nor emptied.
 */
export const KEPT_TABLES: readonly string[] = [
  ...['consumer_failures', 'consumer_partitions', 'event_consumers', 'event_log', 'idempotency_keys'],
  ...['inventory_events', 'log_segments', 'log_tail', 'market_prices', 'market_vendors', 'moved_events'],
  ...['product_texts', 'products', 'search_documents', 'vendor_aliases', 'vendor_changes', 'vendor_salts'],
  ...['vendor_stock', 'vendor_stock_changes', 'vendors'],
];

/** What isn't kept: who runs on the database, and what is made of the log by itself when a server starts. */
export const NOT_KEPT: readonly string[] = ['migrations', 'projection_builds', 'consumer_instances'];

/** Which rows are kept of tables of which a part is. */
const OF_CONSUMERS = `WHERE consumer IN (SELECT name FROM event_consumers WHERE kind <> 'projection')`;

export const KEPT_ROWS: ReadonlyMap<string, string> = new Map([
  ['event_consumers', `WHERE kind <> 'projection'`],
  ['consumer_partitions', OF_CONSUMERS],
  ['consumer_failures', OF_CONSUMERS],
]);
