import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { Clock, Metrics, RedisConnections, RedisOwner } from '../infra/index.js';
import { ClientAddresses } from './client-addresses.js';
import { createItemQuota, createRateLimits } from './create-rate-limits.js';
import { ItemQuota } from './item-quota.js';
import { RateLimitPolicy } from './rate-limit-policy.js';
import { RateLimits } from './rate-limits.js';

/** The one count of requests a minute, for HTTP and for sockets. */
@Global()
@Module({
  providers: [
    {
      provide: RateLimits,
      inject: [AppConfig, RedisConnections, RedisOwner, Metrics, Clock],
      useFactory: createRateLimits,
    },
    {
      provide: ItemQuota,
      inject: [AppConfig, RedisConnections, RedisOwner, Metrics, Clock],
      useFactory: createItemQuota,
    },
    ClientAddresses,
    RateLimitPolicy,
  ],
  exports: [RateLimits, ItemQuota, ClientAddresses, RateLimitPolicy],
})
export class RateLimitModule {}
