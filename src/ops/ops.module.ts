import { Module } from '@nestjs/common';
import { ConsumersModule } from '../consumers/index.js';
import { EventsModule } from '../events/index.js';
import { SearchCacheModule } from '../search-cache/index.js';
import { Company } from './company.js';
import { AuditTimes } from './freshness/audit-times.js';
import { FreshnessAuditor } from './freshness/freshness-auditor.js';
import { OwnAddress } from './freshness/own-address.js';
import { SampleChannel } from './freshness/sample-channel.js';
import { SocketAuditor } from './freshness/socket-auditor.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { InstanceMetrics } from './instance.metrics.js';
import { MetricsController } from './metrics.controller.js';

/** What operators read. */
@Module({
  imports: [EventsModule, ConsumersModule, SearchCacheModule],
  controllers: [HealthController, MetricsController],
  providers: [
    HealthService,
    Company,
    InstanceMetrics,
    FreshnessAuditor,
    SocketAuditor,
    AuditTimes,
    SampleChannel,
    OwnAddress,
  ],
})
export class OpsModule {}
