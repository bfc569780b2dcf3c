import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { DatabaseUrl } from './database-url.js';
import { migrate } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';
import { SqlClient } from './sql-client.js';

/** Connections of one instance; PostgreSQL's default limit of 100 then carries several instances. */
const POOL_SIZE = 12;

/** Milliseconds to wait for a connection, new or out of the pool. */
const CONNECT_TIMEOUT = 3_000;

/**
 * Milliseconds after which PostgreSQL gives up by itself, also when the process that asked is gone or can't be reached:
 * a statement (the driver gives up at 8 s), the wait for a lock, a transaction that nobody goes on with.
 */
const SERVER_LIMITS = {
  statement_timeout: 10_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 15_000,
};

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
            url: databaseUrl,
            autoLoadEntities: true,
            migrations: MIGRATIONS,
            applicationName: 'mandi-inventory-sync',
            poolSize: POOL_SIZE,
            connectTimeoutMS: CONNECT_TIMEOUT,
            extra: { keepAlive: true, ...SERVER_LIMITS },
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
      providers: [SqlClient, { provide: DatabaseUrl, useValue: new DatabaseUrl(databaseUrl) }],
      exports: [SqlClient, DatabaseUrl, TypeOrmModule],
    };
  }
}
