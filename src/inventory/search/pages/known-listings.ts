import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SqlClient, type Statement } from '../../../database/index.js';
import { type Listing, OPEN } from '../../../search-cache/index.js';

/** Names of vendors remembered, and of categories. */
const REMEMBERED = 50_000;

/** `$1`: a vendor's id or null, `$2`: a category or null. */
const EXIST: Statement = {
  name: 'listing-exists',
  text: `SELECT ($1::text IS NULL OR EXISTS (SELECT FROM vendors WHERE id = $1))
            AND ($2::text IS NULL OR EXISTS (SELECT FROM products WHERE category = $2)) AS "exists"`,
};

/**
 * Tells listings of vendors and categories that are there from made-up ones. Searches of the latter aren't cached: each
 * would have its listing watched, and when too many are, every change names the scopes of all. A vendor never goes, and
 * a category that has gone does no harm, so what is there is asked for once in a process; what isn't may come any time.
 */
@Injectable()
export class KnownListings {
  private readonly logger = new Logger(KnownListings.name);
  private readonly vendors = new LRUCache<string, true>({ max: REMEMBERED });
  private readonly categories = new LRUCache<string, true>({ max: REMEMBERED });

  constructor(private readonly sql: SqlClient) {}

  /** At once for what is known. Never rejects: while PostgreSQL can't be asked, a listing counts as there. */
  exist(listing: Listing): true | Promise<boolean> {
    return this.isKnown(listing) || this.ask(listing);
  }

  /** Whether it is known to be there. */
  isKnown({ vendor, category }: Listing): boolean {
    return (vendor === OPEN || this.vendors.has(vendor)) && (category === OPEN || this.categories.has(category));
  }

  private async ask({ vendor, category }: Listing): Promise<boolean> {
    try {
      const values = [vendor, category].map((name) => (name === OPEN ? null : name));
      const [row] = await this.sql.read<{ exists: boolean }>(EXIST, values);
      if (!row!.exists) return false;
      if (vendor !== OPEN) this.vendors.set(vendor, true);
      if (category !== OPEN) this.categories.set(category, true);
    } catch (error) {
      this.logger.debug(error);
    }
    return true;
  }
}
