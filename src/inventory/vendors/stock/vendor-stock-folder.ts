import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SqlClient } from '../../../database/index.js';
import { EventsStatus } from '../../../events/index.js';
import { PeriodicJob } from '../../../infra/index.js';
import { FOLD, FREE_FOLDED, REMOVE_EMPTY } from './vendor-stock.sql.js';

/** Milliseconds between folds: what is not folded is read by every vendor search that isn't cached. */
const EVERY = 500;
/** Differences after which their space is freed: they are read over until then, at a hundred a page. */
const FREE_AFTER = 10_000;

/**
 * Adds up the differences that writes leave to how many products each vendor has (`vendor_stock`). Only the leader
 * does; without one, counts stay right and vendor searches get slower.
 */
@Injectable()
export class VendorStockFolder implements OnApplicationBootstrap, OnModuleDestroy {
  private job: PeriodicJob | undefined;
  private unfreed = 0;

  constructor(
    private readonly sql: SqlClient,
    private readonly events: EventsStatus,
  ) {}

  onApplicationBootstrap(): void {
    this.job = new PeriodicJob(VendorStockFolder.name, EVERY, async () => {
      if (this.events.leading) await this.fold();
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.job?.stop();
  }

  /** Takes all differences that are committed. */
  async fold(): Promise<void> {
    for (let folded = Infinity; folded > 0; this.unfreed += folded) {
      const [row] = await this.sql.query<{ folded: number; isEmptied: boolean }>(FOLD);
      folded = row!.folded;
      if (row!.isEmptied) await this.sql.query(REMOVE_EMPTY);
    }
    if (this.unfreed < FREE_AFTER) return;
    this.unfreed = 0;
    await this.sql.withConnection((connection) => connection.query(FREE_FOLDED));
  }
}
