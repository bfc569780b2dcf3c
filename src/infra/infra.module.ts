import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { Clock } from './clock/clock.js';
import { MarketCalendar } from './clock/market-calendar.js';
import { Draining } from './lifecycle/draining.js';
import { Metrics } from './metrics/metrics.js';
import { Tracing } from './tracing/tracing.js';
import { RedisConnections, RedisOwner } from './redis/index.js';

/** `RedisConnections` is null when the in-process engine runs. */
@Global()
@Module({
  providers: [
    Clock,
    MarketCalendar,
    Metrics,
    Draining,
    RedisOwner,
    { provide: Tracing, inject: [AppConfig], useFactory: (config: AppConfig) => Tracing.open(config) },
    {
      provide: RedisConnections,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => (config.redis ? new RedisConnections(config.redis) : null),
    },
  ],
  exports: [Clock, MarketCalendar, Metrics, Draining, Tracing, RedisConnections, RedisOwner],
})
export class InfraModule {}
