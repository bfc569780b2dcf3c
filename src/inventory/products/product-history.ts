import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { AwaitSequenced, EventLog, EventsDroppedError } from '../../events/index.js';
import { ProductNotFoundError } from './product.errors.js';

@Injectable()
export class ProductHistory {
  constructor(
    private readonly log: EventLog,
    private readonly awaitSequenced: AwaitSequenced,
  ) {}

  async read(
    productId: string,
    after: number,
    limit: number,
  ): Promise<{ events: InventoryEvent[]; nextAfter: number }> {
    await this.awaitSequenced.all();
    const { events } = await this.log.readProductPage(productId, after, limit);
    if (events.length === 0 && !(await this.mayHaveEvents(productId))) throw new ProductNotFoundError(productId);
    return { events, nextAfter: events.at(-1)?.position ?? after };
  }

  /** What was dropped may have some. */
  private async mayHaveEvents(productId: string): Promise<boolean> {
    try {
      return (await this.log.readProductPage(productId, 0, 1)).events.length > 0;
    } catch (error) {
      if (error instanceof EventsDroppedError) return true;
      throw error;
    }
  }
}
