/** First member of the first line. */
export const FORMAT = 'mandi-inventory-sync log export 1';

/** The first line of an exported log; events follow its seals, salts and saved rows. */
export interface ArchiveHead {
  format: typeof FORMAT;
  /** Of the log, and those that it took the place of. */
  epoch: string;
  former: string[];
  /** Of the last event. */
  position: number;
  exportedAt: string;
}

/** Of a segment that is made anew from its events, and must have the same hash. */
export interface ArchiveSeal {
  first: number;
  last: number;
  epoch: string;
  previous: string | null;
  hash: string;
}

export interface VendorSalt {
  vendorId: string;
  /** In hex. */
  salt: string;
  removedUpTo: number;
}

/** The last line; the hash is of all before. */
export interface ArchiveEnd {
  events: number;
  sha256: string;
}

/** What isn't in the log, and can't be made of it: tables, and which of their rows. */
export const SAVED_TABLES: ReadonlyMap<string, string> = new Map([
  [
    'vendors',
    // From before vendors had events.
    `SELECT v.* FROM vendors v
     WHERE NOT EXISTS (SELECT FROM inventory_events e WHERE e.vendor_id = v.id AND e.product_id IS NULL)`,
  ],
  ['vendor_aliases', 'SELECT * FROM vendor_aliases'],
]);
