import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EventContent, Product } from '../../../contracts/index.js';
import { SqlClient, type Statement } from '../../../database/index.js';
import { EventReaction, type InvalidatableCache } from '../../../events/index.js';
import { PeriodicJob } from '../../../infra/index.js';

/** Milliseconds between two looks at whether to count again, at least. */
const EVERY = 10_000;
/** Counting takes this share of the time at most. */
const SHARE = 1 / 200;

const COUNT: Statement = {
  name: 'count-commodities',
  text: `SELECT commodity, count(*)::integer AS products FROM products WHERE commodity IS NOT NULL GROUP BY commodity`,
};

/**
 * How many products there are of each good, as suggestions show it: counted at the start and now and then, kept up
 * with what this process writes in between. Not exact: what others write is in it with the next count.
 */
@Injectable()
@EventReaction({ to: 'cache', order: 6 })
export class ProductCounts implements InvalidatableCache, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ProductCounts.name);
  private counts = new Map<string, number>();
  private next = 0;
  private job: PeriodicJob | undefined;

  constructor(private readonly sql: SqlClient) {}

  onApplicationBootstrap(): void {
    this.job = new PeriodicJob(ProductCounts.name, EVERY, async () => {
      if (performance.now() >= this.next) await this.count();
    });
    void this.count().catch((error: unknown) => this.logger.debug(error));
  }

  async onModuleDestroy(): Promise<void> {
    await this.job?.stop();
  }

  readonly of = (good: string): number => this.counts.get(good) ?? 0;

  invalidate(events: readonly EventContent[]): Promise<boolean> {
    for (const { eventType, product, changes } of events) {
      if (!product) continue;
      if (eventType === 'product_created') this.add(product.commodity, 1);
      else if (eventType === 'product_deleted') this.add(product.commodity, -1);
      else if (eventType === 'product_updated') {
        const change = changes.find(({ field }) => field === 'commodity');
        if (!change) continue;
        this.add(change.oldValue as Product['commodity'], -1);
        this.add(product.commodity, 1);
      }
    }
    return Promise.resolve(true);
  }

  clear(): Promise<boolean> {
    return Promise.resolve(true);
  }

  renewLease(): Promise<boolean> {
    return Promise.resolve(true);
  }

  private add(good: string | null, more: number): void {
    if (good !== null) this.counts.set(good, Math.max(0, this.of(good) + more));
  }

  private async count(): Promise<void> {
    const start = performance.now();
    const rows = await this.sql.query<{ commodity: string; products: number }>(COUNT);
    this.counts = new Map(rows.map(({ commodity, products }) => [commodity, products]));
    this.next = performance.now() + (performance.now() - start) / SHARE;
  }
}
