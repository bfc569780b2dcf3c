import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { AwaitSequenced, EventLog } from '../../events/index.js';
import { Moments } from '../moments.js';
import { ProductNotFoundError } from './product.errors.js';

/** `$1` a product that may have events that have moved: those have versions. */
const READ_FIRST_VERSION = {
  name: 'read-first-version-of-product',
  text: 'SELECT min(from_position)::float8 AS first FROM product_versions WHERE id = $1',
};

@Injectable()
export class ProductHistory {
  constructor(
    private readonly log: EventLog,
    private readonly sql: SqlClient,
    private readonly awaitSequenced: AwaitSequenced,
    private readonly moments: Moments,
  ) {}

  /**
   * Throws `ProductNotFoundError`, `EventsDroppedError` if some of its events may be in an archive only, and
   * `UnavailableError` while the history of products is being made anew.
   */
  async read(
    productId: string,
    after: number,
    limit: number,
  ): Promise<{ events: InventoryEvent[]; nextAfter: number }> {
    await this.awaitSequenced.all();
    const { before, hasMoved } = await this.beginningOf(productId);
    const { events } = await this.log.readProductPage(productId, Math.max(after, before), limit);
    if (
      events.length === 0 &&
      !hasMoved &&
      (await this.log.readProductPage(productId, before, 1)).events.length === 0
    ) {
      throw new ProductNotFoundError(productId);
    }
    return { events, nextAfter: events.at(-1)?.position ?? after };
  }

  /**
   * A position behind which all events of a product lie: no segment is looked at for one that is new, or was never
   * there. Events only move when the history of products has them.
   */
  private async beginningOf(productId: string): Promise<{ before: number; hasMoved: boolean }> {
    const movedUpTo = await this.log.movedUpTo();
    if (movedUpTo === 0) return { before: 0, hasMoved: false };
    // In a database that was restored it is still being made.
    await this.moments.awaitHistory(movedUpTo);
    const [row] = await this.sql.query<{ first: number | null }>(READ_FIRST_VERSION, [productId]);
    const { first } = row!;
    if (first === null || first > movedUpTo) return { before: movedUpTo, hasMoved: false };
    return { before: first - 1, hasMoved: true };
  }
}
