import { type DynamicModule, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { AuthModule } from './auth/index.js';
import { AppConfig, ConfigModule } from './config/index.js';
import { FastPathModule } from './fast-path/index.js';
import { EventsModule } from './events/index.js';
import { DatabaseModule, type DatabaseUrl } from './database/index.js';
import { IdempotencyModule } from './idempotency/index.js';
import { InfraModule } from './infra/index.js';
import { InventoryModule } from './inventory/index.js';
import { OpsModule } from './ops/index.js';
import { RateLimitModule } from './rate-limit/index.js';
import { RealtimeModule } from './realtime/index.js';

@Module({})
export class AppModule {
  /** @param database PostgreSQL, embedded or not; both engines run the same modules */
  static forRoot(config: AppConfig, database: DatabaseUrl): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        InfraModule,
        RateLimitModule,
        AuthModule,
        FastPathModule,
        DatabaseModule.forRoot(database),
        IdempotencyModule,
        EventEmitterModule.forRoot(),
        EventsModule,
        InventoryModule,
        RealtimeModule,
        OpsModule,
      ],
    };
  }
}
