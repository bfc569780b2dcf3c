import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { Clock, Metrics, RedisConnections, RedisOwner } from '../infra/index.js';
import { ClientAddresses } from './client-addresses.js';
import { createRateLimits } from './create-rate-limits.js';
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
    ClientAddresses,
  ],
  exports: [RateLimits, ClientAddresses],
})
export class RateLimitModule {}
