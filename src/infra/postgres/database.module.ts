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
            extra: { keepAlive: true },
            logging: false,
          }),
          dataSourceFactory: async (options) => {
            const dataSource = await new DataSource(options!).initialize();
            await migrate(dataSource, databaseUrl);
            return dataSource;
          },
        }),
      ],
      providers: [SqlClient, { provide: DatabaseUrl, useValue: new DatabaseUrl(databaseUrl) }],
      exports: [SqlClient, DatabaseUrl, TypeOrmModule],
    };
  }
}
