import { Module } from '@nestjs/common';
import { ConsumersModule } from '../consumers/index.js';
import { EventsModule } from '../events/index.js';
import { InventoryModule } from '../inventory/index.js';
import { InsightsController } from './http/insights.controller.js';
import { SeriesController } from './http/series.controller.js';
import { InsightsReader } from './insights/insights.js';
import { RealtimeModule } from '../realtime/index.js';
import { ChangedPointsReader } from './live/changed-points.js';
import { SeriesFeed } from './live/series-feed.js';
import { SeriesSubscriber } from './live/series-subscriber.js';
import { SeriesGateway } from './live/series.gateway.js';
import { MoversReader } from './movers/movers.js';
import { PriceSeriesReader } from './prices/price-series.js';
import { SeriesCommodities } from './prices/series-commodities.js';
import { SeriesProjection } from './projection/series-projection.js';
import { SeriesReads } from './projection/series-reads.js';

/** Prices of markets over time: by day, week and month, of a commodity and place or of a product. */
@Module({
  imports: [ConsumersModule, EventsModule, InventoryModule, RealtimeModule],
  controllers: [SeriesController, InsightsController],
  providers: [
    SeriesProjection,
    SeriesReads,
    PriceSeriesReader,
    SeriesCommodities,
    MoversReader,
    InsightsReader,
    ChangedPointsReader,
    SeriesFeed,
    SeriesSubscriber,
    SeriesGateway,
  ],
})
export class SeriesModule {}
