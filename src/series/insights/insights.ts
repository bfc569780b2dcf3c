import { Injectable } from '@nestjs/common';
import type { PriceComparison, StockInsight, StockInsights, VendorInsights } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { EventLog } from '../../events/index.js';
import { Clock, MarketCalendar, SingleFlight } from '../../infra/index.js';
import { VendorService } from '../../inventory/index.js';
import { SeriesReads } from '../projection/series-reads.js';
import type { StockInsightsQuery } from './insights.dto.js';
import { COMPARE_VENDOR_PRICES, READ_STOCK, READ_VENDOR_PRODUCTS } from './stock-insights.sql.js';

/** Milliseconds for which what was counted is shown again: it takes a look at all products. */
const KEPT_FOR = 1_000;
const MOST_PRICES = 100;

interface Counted {
  insights: StockInsight[];
  position: number;
}

interface VendorRow {
  products: number;
  outOfStock: number;
  today: number;
  thisWeek: number;
  older: number;
}

/** What there is, and how much changes. */
@Injectable()
export class InsightsReader {
  private readonly flights = new SingleFlight<Counted>();
  private counted: Counted | undefined;
  private countedAt = 0;

  constructor(
    private readonly sql: SqlClient,
    private readonly reads: SeriesReads,
    private readonly vendors: VendorService,
    private readonly log: EventLog,
    private readonly calendar: MarketCalendar,
    private readonly clock: Clock,
  ) {}

  async stock({ category, state }: StockInsightsQuery): Promise<StockInsights> {
    const { insights, position } = await this.all();
    const { spellings } = await this.reads.placed({ state });
    const states: readonly (string | null)[] = spellings?.state ?? [state ?? null];
    const found = insights.filter((one) => {
      return (
        (category === undefined || one.category === category) && (state === undefined || states.includes(one.state))
      );
    });
    return { insights: found, epoch: this.log.epoch, position };
  }

  /** @throws VendorNotFoundError */
  async ofVendor(vendorId: string): Promise<VendorInsights> {
    await this.vendors.get(vendorId);
    const today = this.calendar.dayOf(this.clock.now());
    const [row] = await this.sql.query<VendorRow>(READ_VENDOR_PRODUCTS, [vendorId, today]);
    const { products, outOfStock, ...freshness } = row!;
    const { prices } = await this.reads.read<{ prices: PriceComparison[]; position: string }>({
      statement: COMPARE_VENDOR_PRICES,
      values: [vendorId, MOST_PRICES],
    });
    const share = products === 0 ? 0 : Math.round((1_000 * outOfStock) / products) / 1_000;
    return { vendorId, products, outOfStock: share, freshness, prices };
  }

  private async all(): Promise<Counted> {
    if (this.counted && !this.clock.hasPassed(KEPT_FOR, this.countedAt)) return this.counted;
    return this.flights.run('all', async () => {
      const countedAt = this.clock.now();
      const query = { statement: READ_STOCK, values: [] };
      this.counted = await this.reads.read<{ insights: StockInsight[]; position: string }>(query);
      this.countedAt = countedAt;
      return this.counted;
    });
  }
}
