import { Injectable, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';
import { endsWithin, UnavailableError } from '../infra/index.js';
import { CopiedRows } from './binary-copy.js';
import { isTransient } from './conflicts.js';
import { StatementCacheEpoch } from './statement-cache-epoch.js';
import { ImpatientPool } from './impatient-pool.js';
import { lend } from './own-pool.js';
import { PatientPool } from './patient-pool.js';
import { PipelinedReadPool } from './pipelined-read-pool.js';
import { ReplicaReads } from './replicas/replica-reads.js';
import type { ReadFloor } from './replicas/wal-position.js';
import { rowsOf } from './rows-of.js';
import { currentTransaction, Transaction } from './transaction.js';

/** Milliseconds after which a statement is given up; nothing the product asks for takes a tenth of it. */
const STATEMENT_TIMEOUT = 8_000;
/** Times that something is tried when PostgreSQL undoes it for the sake of another one. */
const ATTEMPTS = 5;
/** Callers that may wait for a connection; beyond it they are refused at once instead of piling up. */
const MAX_WAITING = 500;

/** A statement that PostgreSQL parses and plans once per connection: `name` must be unique to its text. */
export interface Statement {
  name: string;
  text: string;
}

/** What reads and writes by statements alone; the commands have a connection of their own. */
export type Queries = Pick<SqlClient, 'query'>;

/**
 * Hot statements go to the driver directly, on the pool that TypeORM owns: `DataSource.query` keeps about 70 % of
 * the driver's speed and can't name a prepared statement.
 */
@Injectable()
export class SqlClient {
  private readonly plans = new StatementCacheEpoch();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly reads: PipelinedReadPool,
    private readonly impatient: ImpatientPool,
    private readonly patient: PatientPool,
    @Optional() private readonly replicas?: ReplicaReads,
  ) {}

  /** Whether there are replicas, so that a floor is worth finding out. */
  get hasReplicas(): boolean {
    return this.replicas?.inUse === true;
  }

  /** Must be told of rows that have been inserted, so that statements are planned anew now and then. */
  rowsInserted(rows: number): void {
    this.plans.rowsInserted(rows);
  }

  /**
   * Asks the transaction that the caller runs in, if any, else the pool.
   *
   * Throws `UnavailableError` when too many wait for a connection already, and whatever the driver throws. A statement
   * that PostgreSQL doesn't answer in time (it may be paused, or the network cut) may still take effect.
   */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    const query = this.queryOf(statement, values);
    const transaction = currentTransaction();
    return rowsOf(await (transaction ? transaction.query<Row>(query) : this.roomyPool().query<Row>(query)));
  }

  /**
   * `query` for what is read in milliseconds and waits for no lock: see `PipelinedReadPool`.
   *
   * @param floor given: a replica that is as far may answer (`ReplicaReads`)
   */
  async read<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
    floor?: ReadFloor,
  ): Promise<Row[]> {
    if (currentTransaction()) return this.query(statement, values);
    const query = this.queryOf(statement, values);
    if (floor !== undefined && this.replicas?.inUse) {
      const rows = await this.replicas.read<Row>(query, floor);
      if (rows) return rows;
    }
    return this.reads.query<Row>(query);
  }

  /**
   * `query`, but never in a transaction, for one of thousands of readings that follow each other: what the driver makes
   * of it is forgotten with it. Of a query whose callback is put on later, as for its own time-outs and promises, even
   * the little that `rowsOf` leaves is collected late.
   */
  queryOneOfMany<Row extends QueryResultRow>({ name, text }: Statement, values: unknown[]): Promise<Row[]> {
    const query = { name: name + this.plans.suffix, text, values };
    return this.withConnection(async (connection) => {
      const answered = new Promise<QueryResult<Row>>((resolve, reject) => {
        const done = (error: Error | null, result: QueryResult<Row>): void => (error ? reject(error) : resolve(result));
        connection.query<Row>(query, done);
      });
      if (await endsWithin(STATEMENT_TIMEOUT, answered)) return rowsOf(await answered);
      throw new Error(`PostgreSQL hasn't answered within ${STATEMENT_TIMEOUT} ms`);
    });
  }

  /** `query`, but never in a transaction, and a statement that meets a locked row soon fails: see `ImpatientPool`. */
  queryImpatiently<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    return this.impatient.query<Row>(this.queryOf(statement, values));
  }

  /**
   * Rows as PostgreSQL sends them, for what is to be sent on: the driver decodes what it is given, and text would have
   * to be encoded again. Text and JSON are UTF-8; of other types it is their binary format.
   *
   * Throws what the driver throws, and like `query` gives up on a PostgreSQL that doesn't answer in time. Never part of
   * a transaction.
   *
   * @param text SQL without parameters
   */
  copy(text: string): Promise<CopiedRows> {
    return this.withConnection(async (connection) => {
      const copy = connection.query(copyTo(`COPY (${text}) TO STDOUT (FORMAT binary)`));
      const giveUp = (): void =>
        void copy.destroy(new Error(`PostgreSQL hasn't answered within ${STATEMENT_TIMEOUT} ms`));
      const timer = setTimeout(giveUp, STATEMENT_TIMEOUT);
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of copy) chunks.push(chunk as Buffer);
        return new CopiedRows(Buffer.concat(chunks));
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /** A transaction that the caller ends itself. Throws like `query`. */
  async begin(): Promise<Transaction> {
    return Transaction.begin(await this.roomyPool().connect());
  }

  /**
   * Runs `work` in a transaction: all queries it makes, directly or not, commit together. The whole of it runs again if
   * PostgreSQL undid it for the sake of another transaction, so it must not keep anything from a run that failed.
   */
  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.attempt((transaction) => transaction.run(work));
  }

  /**
   * The same of the queries that `work` makes through what it is given, and of no others: without an asynchronous
   * context, which makes all promises of the process cost more. For what is done beside requests, again and again.
   */
  transactionWithoutContext<Result>(work: (sql: Queries) => Promise<Result>): Promise<Result> {
    return this.attempt((transaction) =>
      work({
        query: async <Row extends QueryResultRow>(statement: Statement, values: unknown[] = []) =>
          rowsOf(await transaction.query<Row>(this.queryOf(statement, values))),
      }),
    );
  }

  private attempt<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return retried(async () => {
      const transaction = await this.begin();
      try {
        const result = await work(transaction);
        await transaction.commit();
        return result;
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    });
  }

  /** What the connections of the general pool do; `waiting`: callers that wait for one. */
  get poolState(): { busy: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** Lends one connection to `work`, for temporary tables and cursors; a failed connection is not reused. */
  withConnection<Result>(work: (connection: PoolClient) => Promise<Result>): Promise<Result> {
    return lend(this.pool, work);
  }

  /** `query`, but never in a transaction, for what is read in more than milliseconds: see `PatientPool`. */
  readPatiently<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    const query = this.queryOf(statement, values);
    return retried(() => this.patient.query<Row>(query));
  }

  private queryOf({ name, text }: Statement, values: unknown[]): QueryConfig {
    const query = { name: name + this.plans.suffix, text, values, query_timeout: STATEMENT_TIMEOUT };
    // The time-out is the driver's, and known to it for single queries; its types lack it.
    return query;
  }

  private roomyPool(): Pool {
    const { pool } = this;
    if (pool.waitingCount >= MAX_WAITING) throw new UnavailableError('Too many requests wait for the database');
    return pool;
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}

/** What PostgreSQL undid for the sake of another transaction is done again. */
async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw error;
    }
  }
}
