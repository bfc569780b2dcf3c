import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { AccessGuard, AuthModule } from './auth/index.js';
import { AppConfig, ConfigModule } from './config/index.js';
import { ConsoleModule } from './console/index.js';
import { ConsumersModule } from './consumers/index.js';
import { FastPathModule } from './fast-path/index.js';
import { EventsModule } from './events/index.js';
import { DatabaseModule, type DatabaseUrl } from './database/index.js';
import { HttpModule, ProblemFilter } from './http/index.js';
import { IdempotencyModule } from './idempotency/index.js';
import { InfraModule } from './infra/index.js';
import { InventoryModule } from './inventory/index.js';
import { OpsModule } from './ops/index.js';
import { RateLimitModule } from './rate-limit/index.js';
import { RealtimeModule } from './realtime/index.js';
import { SeriesModule } from './series/index.js';
import { StrictValidationPipe } from './validation/index.js';

@Module({})
export class AppModule {
  /** @param database PostgreSQL, embedded or not; both engines run the same modules */
  static forRoot(config: AppConfig, database: DatabaseUrl): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        InfraModule,
        HttpModule,
        RateLimitModule,
        AuthModule,
        FastPathModule,
        DatabaseModule.forRoot(database),
        IdempotencyModule,
        EventEmitterModule.forRoot(),
        EventsModule,
        ConsumersModule,
        InventoryModule,
        RealtimeModule,
        SeriesModule,
        OpsModule,
        ConsoleModule,
      ],
      // What else happens to every request is in `request-hooks.ts`, with the reasons why it isn't here.
      providers: [
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_PIPE, useClass: StrictValidationPipe },
        { provide: APP_FILTER, useExisting: ProblemFilter },
      ],
    };
  }
}
