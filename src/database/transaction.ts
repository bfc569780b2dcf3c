import { AsyncLocalStorage } from 'node:async_hooks';
import pg, { type PoolClient, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { isTransient } from './conflicts.js';

const storage = new AsyncLocalStorage<Transaction>();

/**
 * Milliseconds after which PostgreSQL ends a transaction whose process has gone quiet: a paused instance must not keep
 * rows locked that others wait for, and they wait 5 s.
 */
const IDLE_TIMEOUT = 3_000;
const BEGIN = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_TIMEOUT}`;
/** Milliseconds after which BEGIN, COMMIT and the like are given up. */
const CONTROL_TIMEOUT = 8_000;
/** Times a part of a transaction is tried when PostgreSQL undoes it for the sake of another transaction. */
const ATTEMPTS = 3;

/** Milliseconds after which whatever was begun in a transaction that failed has come to its end. */
const STRAGGLERS_END = 60_000;
let open = 0;
let lastRollback = Number.NEGATIVE_INFINITY;

/**
 * While a context is in use, Node 20 makes every promise of the process cost more, so it is disabled when no
 * transaction is open that has one.
 */
function leave(committed: boolean): void {
  open -= 1;
  if (!committed) lastRollback = performance.now();
  if (open === 0 && performance.now() - lastRollback > STRAGGLERS_END) storage.disable();
}

/** The transaction that the caller's asynchronous context belongs to, unless it has been committed already. */
export function currentTransaction(): Transaction | undefined {
  const transaction = storage.getStore();
  return transaction?.committed === false ? transaction : undefined;
}

/** `afterCommit` of the current transaction; without one the change is committed already, and `work` runs at once. */
export async function afterCommit(work: () => Promise<void>): Promise<void> {
  const transaction = currentTransaction();
  if (transaction) transaction.afterCommit(work);
  else await work();
}

/** Undoes `work` alone if it fails, and leaves the current transaction usable; without one, `work` is on its own. */
export function savepoint<Result>(work: () => Promise<Result>): Promise<Result> {
  return currentTransaction()?.savepoint(work) ?? work();
}

/**
 * A transaction that is bound to an asynchronous context: what `SqlClient.query` is asked for within `run`, however
 * deep, goes to its connection. READ COMMITTED, as single statements are.
 *
 * Once committed, the context is inert: what was started in it and goes on (a wake of the relay) queries the pool. Once
 * rolled back, it refuses: a straggler of work that failed must not commit on its own.
 */
export class Transaction {
  committed = false;
  private ended = false;
  private broken = false;
  /** Some context is this transaction's. */
  private entered = false;
  /** Statements run one after the other; `pg` must not be given two at a time. */
  private tail: Promise<unknown> = Promise.resolve();
  private readonly followUps: (() => Promise<void>)[] = [];
  private readonly onError = (): void => void (this.broken = true);

  private constructor(private readonly connection: PoolClient) {
    // Without a listener, a connection that is cut while it idles here would end the process.
    connection.on('error', this.onError);
  }

  /** Takes the connection over, and gives it back at the end. */
  static async begin(connection: PoolClient): Promise<Transaction> {
    const transaction = new Transaction(connection);
    try {
      await transaction.send(control(BEGIN));
      return transaction;
    } catch (error) {
      transaction.release(true);
      throw error;
    }
  }

  /** Runs `work`, and everything asynchronous that it starts, in this transaction. */
  run<Result>(work: () => Result): Result {
    if (!this.entered) open += 1;
    this.entered = true;
    return storage.run(this, work);
  }

  query<Row extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<Row>> {
    if (this.ended) return Promise.reject(new Error('The transaction has ended'));
    return this.send(query);
  }

  /** Runs `work` after the commit and before `commit` resolves; never, if the transaction is rolled back. */
  afterCommit(work: () => Promise<void>): void {
    this.followUps.push(work);
  }

  /** Undoes `work` if it fails; the locks it took are freed, so that a deadlock is worth another try. */
  async savepoint<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      await this.query(control('SAVEPOINT part'));
      try {
        const result = await work();
        await this.query(control('RELEASE part'));
        return result;
      } catch (error) {
        if (this.broken) throw error;
        await this.query(control('ROLLBACK TO part; RELEASE part'));
        if (attempt === ATTEMPTS || !isTransient(error)) throw error;
      }
    }
  }

  /** Throws if PostgreSQL has not committed; when it can't be asked any more, it may have. */
  async commit(): Promise<void> {
    this.refuseMore();
    try {
      const { command } = await this.send(control('COMMIT'));
      // What a transaction in which a statement has failed is answered with, and no error.
      if (command !== 'COMMIT') throw new Error('The transaction could not be committed: a statement has failed');
    } catch (error) {
      this.release(true);
      throw error;
    }
    this.committed = true;
    this.release(this.broken);
    // At once: what several of them have to wait for is waited for once.
    await Promise.all(this.followUps.map((followUp) => followUp()));
  }

  /** Does nothing if it has ended. Never rejects: a connection that can't be told is cut, which has the same effect. */
  async rollback(): Promise<void> {
    if (this.ended) return;
    this.refuseMore();
    if (!this.broken) await this.send(control('ROLLBACK')).catch(this.onError);
    this.release(this.broken);
  }

  private refuseMore(): void {
    if (this.ended) throw new Error('The transaction has ended');
    this.ended = true;
  }

  private send<Row extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<Row>> {
    const result = this.tail.then(() => this.connection.query<Row>(query));
    this.tail = result.catch((error: unknown) => {
      // Only a refusal by PostgreSQL leaves the connection usable for sure.
      if (!(error instanceof pg.DatabaseError)) this.broken = true;
    });
    return result;
  }

  private release(destroy: boolean): void {
    this.connection.removeListener('error', this.onError);
    this.connection.release(destroy);
    if (this.entered) leave(this.committed);
  }
}

/** `query_timeout` is known to the driver for single queries; its types lack it. */
function control(text: string): QueryConfig {
  return Object.assign({ text }, { query_timeout: CONTROL_TIMEOUT });
}
