import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { CONNECT_TIMEOUT, connectionLimits } from './connection-limits.js';
import { DatabaseUrl } from './database-url.js';
import { migrate } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';
import { PipelinedReadPool } from './pipelined-read-pool.js';
import { SqlClient } from './sql-client.js';

/**
 * Connections of one instance, beside a few of `PipelinedReadPool`; PostgreSQL's default limit of 100 then carries
 * several instances.
 */
const POOL_SIZE = 12;

@Global()
@Module({})
export class DatabaseModule {
  static forRoot(databaseUrl: string): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({
            type: 'postgres',
            // Or TypeORM would look for it by its name, of which a bundler knows nothing.
            driver: pg,
            url: databaseUrl,
            autoLoadEntities: true,
            migrations: MIGRATIONS,
            applicationName: 'mandi-inventory-sync',
            poolSize: POOL_SIZE,
            connectTimeoutMS: CONNECT_TIMEOUT,
            extra: connectionLimits,
            logging: false,
          }),
          dataSourceFactory: async (options) => {
            // A migration may take its time.
            const unlimited = await new DataSource({ ...options!, extra: {} }).initialize();
            await migrate(unlimited, databaseUrl).finally(() => unlimited.destroy());
            return new DataSource(options!).initialize();
          },
        }),
      ],
      providers: [SqlClient, PipelinedReadPool, { provide: DatabaseUrl, useValue: new DatabaseUrl(databaseUrl) }],
      exports: [SqlClient, DatabaseUrl, TypeOrmModule],
    };
  }
}
