import { Module } from '@nestjs/common';
import { EventsModule } from '../events/index.js';
import { SearchCacheModule } from '../search-cache/index.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { MetricsController } from './metrics.controller.js';

/** What operators read. */
@Module({
  imports: [EventsModule, SearchCacheModule],
  controllers: [HealthController, MetricsController],
  providers: [HealthService],
})
export class OpsModule {}
