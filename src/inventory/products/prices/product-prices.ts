import { Injectable } from '@nestjs/common';
import type { MarketPrice, MarketPricesPage, PriceObservation } from '../../../contracts/index.js';
import { SqlClient } from '../../../database/index.js';
import { AwaitSequenced, EventLog } from '../../../events/index.js';
import { dayAfter, ValidationFailedError } from '../../../infra/index.js';
import { dayRule } from '../../../validation/index.js';
import { ProductNotFoundError } from '../product.errors.js';
import type { PricesQuery } from './prices.dto.js';
import { READ_PAST_PRICES, READ_PRICES } from './product-prices.sql.js';
import { isSuspicious } from './report-effect.js';

const HAS_EVENTS = {
  name: 'has-events',
  text: 'SELECT FROM inventory_events WHERE product_id = $1 AND ($2::bigint IS NULL OR position <= $2) LIMIT 1',
};
/** Those whose events have moved to segments have versions. */
const HAS_VERSIONS = {
  name: 'has-versions',
  text: 'SELECT FROM product_versions WHERE id = $1 AND ($2::bigint IS NULL OR from_position <= $2) LIMIT 1',
};

interface PriceRow {
  report: PriceObservation;
  recordedAt: string;
  position: string;
  /** The last report of an earlier day. */
  before: PriceObservation | null;
}

/** Prices of a product by market day, as price files have reported them. */
@Injectable()
export class ProductPrices {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
    private readonly awaitSequenced: AwaitSequenced,
  ) {}

  /**
   * Newest day first, of each day the last report. Also of a product that is gone.
   *
   * @param asOf a position: what was known there, so that no later revision is seen
   * @throws ProductNotFoundError if there never was one; ValidationFailedError for a cursor of something else
   */
  async read(productId: string, { from, to, limit, cursor }: PricesQuery, asOf?: number): Promise<MarketPricesPage> {
    const last = cursor === undefined ? to : earlierOf(to, dayBefore(cursor));
    await this.awaitSequenced.all();
    // One more tells whether there are others.
    const values = [productId, from ?? null, last ?? null, limit + 1];
    const rows = await (asOf === undefined
      ? this.sql.read<PriceRow>(READ_PRICES, values)
      : this.sql.query<PriceRow>(READ_PAST_PRICES, [...values, asOf]));
    if (rows.length === 0) await this.expectProduct(productId, asOf);
    const items = rows.slice(0, limit).map(marketPrice);
    return { items, nextCursor: rows.length > limit ? cursorOf(items.at(-1)!.day) : null };
  }

  private async expectProduct(id: string, asOf: number | null = null): Promise<void> {
    if ((await this.sql.read(HAS_EVENTS, [id, asOf])).length > 0) return;
    const mayHaveMoved = (await this.log.movedUpTo()) > 0;
    if (mayHaveMoved && (await this.sql.read(HAS_VERSIONS, [id, asOf])).length > 0) return;
    throw new ProductNotFoundError(id);
  }
}

function marketPrice({ report, recordedAt, position, before }: PriceRow): MarketPrice {
  const flags = isSuspicious(report, before ?? undefined) ? [...report.flags, 'suspicious' as const] : report.flags;
  return { ...report, flags, recordedAt, position: Number(position) };
}

/** Opaque to clients: the last day of a page. */
const cursorOf = (day: string): string => Buffer.from(day).toString('base64url');

function dayBefore(cursor: string): string {
  const day = Buffer.from(cursor, 'base64url').toString('utf8');
  if (dayRule(day) !== undefined || cursorOf(day) !== cursor) {
    throw new ValidationFailedError([{ field: 'cursor', message: 'is not a cursor of prices' }]);
  }
  return dayAfter(day, -1);
}

const earlierOf = (one: string | undefined, other: string): string => (one !== undefined && one < other ? one : other);
