import { Injectable } from '@nestjs/common';
import { SqlClient, type Statement } from '../database/index.js';
import type { StoredResponse } from './stored-response.js';
import { IdempotencyKeyReusedError } from './idempotency.errors.js';
import type { KeyOwner } from './idempotent-request.js';

/** Waits for a transaction of another instance that has the key; returns no row if that one committed. */
const CLAIM: Statement = {
  name: 'claim-idempotency-key',
  text: `INSERT INTO idempotency_keys (principal, key, request_hash, progress) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING 1`,
};

const FIND: Statement = {
  name: 'find-idempotency-key',
  text: `SELECT request_hash AS "requestHash", status, headers, body, progress
         FROM idempotency_keys WHERE principal = $1 AND key = $2`,
};

const IS_ANSWERED: Statement = {
  name: 'is-idempotency-key-answered',
  text: 'SELECT FROM idempotency_keys WHERE principal = $1 AND key = $2 AND status IS NOT NULL',
};

const KEEP_PROGRESS: Statement = {
  name: 'keep-idempotency-progress',
  text: 'UPDATE idempotency_keys SET progress = $4 WHERE principal = $1 AND key = $2 AND progress = $3 RETURNING 1',
};

const KEEP_ANSWER: Statement = {
  name: 'keep-idempotency-answer',
  text: `UPDATE idempotency_keys SET status = $3, headers = $4, body = $5, progress = NULL
         WHERE principal = $1 AND key = $2`,
};

/** `$1`: how many. Rows that another instance is about to remove are passed over. */
const PURGE: Statement = {
  name: 'purge-idempotency-keys',
  text: `
    DELETE FROM idempotency_keys WHERE (principal, key) IN (
      SELECT principal, key FROM idempotency_keys WHERE created_at < now() - interval '24 hours'
      ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING 1`,
};

interface KeyRow extends Omit<StoredResponse, 'status'> {
  requestHash: Buffer;
  status: number | null;
  progress: unknown;
}

/** What is known of a key: the answer, or how far a long request has come. */
export type KnownKey = { answer: StoredResponse } | { progress: unknown };

/** The table of keys. Every method asks the transaction it is called in, if any. */
@Injectable()
export class IdempotencyKeys {
  constructor(private readonly sql: SqlClient) {}

  /** Whether the key is new; it is this transaction's then. */
  async claim({ principal, key }: KeyOwner, hash: Buffer, progress?: unknown): Promise<boolean> {
    const json = progress === undefined ? null : JSON.stringify(progress);
    return (await this.sql.query(CLAIM, [principal, key, hash, json])).length === 1;
  }

  /** Null if there is no such key. Throws `IdempotencyKeyReusedError` if it is another request's. */
  async find({ principal, key }: KeyOwner, hash: Buffer): Promise<KnownKey | null> {
    const [row] = await this.sql.query<KeyRow>(FIND, [principal, key]);
    if (!row) return null;
    const { requestHash, status, headers, body, progress } = row;
    if (!requestHash.equals(hash)) throw new IdempotencyKeyReusedError();
    return status === null ? { progress } : { answer: { status, headers, body } };
  }

  /** Whether any request with the key has been answered. */
  async isAnswered({ principal, key }: KeyOwner): Promise<boolean> {
    return (await this.sql.query(IS_ANSWERED, [principal, key])).length === 1;
  }

  /**
   * Replaces the progress, and waits for another transaction that is about to.
   * @returns false if it isn't `before` any more; then nothing is changed
   */
  async keepProgress({ principal, key }: KeyOwner, steps: { before: unknown; done: unknown }): Promise<boolean> {
    const values = [principal, key, JSON.stringify(steps.before), JSON.stringify(steps.done)];
    return (await this.sql.query(KEEP_PROGRESS, values)).length === 1;
  }

  async keepResponse({ principal, key }: KeyOwner, { status, headers, body }: StoredResponse): Promise<void> {
    await this.sql.query(KEEP_ANSWER, [principal, key, status, JSON.stringify(headers), body]);
  }

  /** Removes at most `limit` keys that are older than a day; returns how many. */
  async purge(limit: number): Promise<number> {
    return (await this.sql.query(PURGE, [limit])).length;
  }
}
