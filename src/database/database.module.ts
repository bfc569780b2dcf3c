import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import { CONNECT_TIMEOUT, SERVER_LIMITS } from './connection-limits.js';
import { DatabaseUrl } from './database-url.js';
import { ImpatientPool } from './impatient-pool.js';
import { PatientPool } from './patient-pool.js';
import { PipelinedReadPool } from './pipelined-read-pool.js';
import { PrimaryWal } from './replicas/primary-wal.js';
import { ReplicaReads } from './replicas/replica-reads.js';
import { SqlClient } from './sql-client.js';

/**
 * Connections of one instance, beside a few of `PipelinedReadPool`, `ImpatientPool` and `PatientPool`; PostgreSQL's
 * default limit of 100 then carries several instances.
 */
const POOL_SIZE = 10;

@Global()
@Module({})
export class DatabaseModule {
  /** @param database as `openDatabase` has found it */
  static forRoot(database: DatabaseUrl): DynamicModule {
    const { config, prepare } = database.setUp({ keepAlive: true }, SERVER_LIMITS);
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          // Or TypeORM would look for it by its name, of which a bundler knows nothing.
          driver: pg,
          autoLoadEntities: true,
          applicationName: 'mandi-inventory-sync',
          poolSize: POOL_SIZE,
          connectTimeoutMS: CONNECT_TIMEOUT,
          extra: { ...config, onConnect: prepare },
          logging: false,
        }),
      ],
      providers: [
        SqlClient,
        PipelinedReadPool,
        ImpatientPool,
        PatientPool,
        PrimaryWal,
        ReplicaReads,
        { provide: DatabaseUrl, useValue: database },
      ],
      exports: [SqlClient, DatabaseUrl, PrimaryWal, ReplicaReads, TypeOrmModule],
    };
  }
}
