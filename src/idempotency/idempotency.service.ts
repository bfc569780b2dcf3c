import { Injectable } from '@nestjs/common';
import { CONNECT_TIMEOUT, SqlClient, type Transaction } from '../database/index.js';
import { FairSlots } from '../infra/index.js';
import type { StoredResponse } from './stored-response.js';
import { Claim } from './claim.js';
import { IdempotencyKeyReusedError } from './idempotency.errors.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import type { KeyOwner } from './idempotent-request.js';
import { ReplayBarrier } from './replay-barrier.js';
import { InFlightRequests } from './in-flight-requests.js';

/**
 * Requests that have a transaction at once, and of one principal. Each holds a connection to its end, up to 5 s if
 * another one has locked its rows: half of the pool is for reads, vendors and imports.
 */
const TRANSACTIONS = { most: 5, ofOne: 3, within: CONNECT_TIMEOUT, waiting: 500 };

/** Makes one request of all that carry the same key: in this process, across instances, and after a crash. */
@Injectable()
export class IdempotencyService {
  private readonly running = new InFlightRequests();
  private readonly slots = new FairSlots(TRANSACTIONS, 'Too many requests with an Idempotency-Key at once');

  constructor(
    private readonly sql: SqlClient,
    private readonly keys: IdempotencyKeys,
    private readonly barrier: ReplayBarrier,
  ) {}

  /**
   * The first of its key gets a claim, which it must finish or abandon; any other gets the first one's answer, once
   * there is one. Requests of this process wait in memory, so that 50 at once don't hold 50 connections.
   *
   * Throws `IdempotencyKeyReusedError`, and what `SqlClient` throws.
   */
  async begin(owner: KeyOwner, hash: Buffer): Promise<Claim | StoredResponse> {
    const joined = await this.running.join(owner, hash);
    if ('answer' in joined) return joined.answer;
    const { done } = joined;
    try {
      const found = await this.claim(owner, hash, done);
      if (found instanceof Claim) return found;
      await this.barrier.passed();
      done(found);
      return found;
    } catch (error) {
      done(null);
      throw error;
    }
  }

  private async claim(
    owner: KeyOwner,
    hash: Buffer,
    done: (answer: StoredResponse | null) => void,
  ): Promise<Claim | StoredResponse> {
    const giveBack = await this.slots.take(owner.principal.toString('base64'));
    let claimed = false;
    try {
      for (;;) {
        const transaction = await this.sql.begin();
        const found = await this.claimIn(transaction, owner, hash);
        claimed = found === 'claimed';
        if (found === 'claimed') {
          return new Claim(owner, transaction, this.keys, (answer) => {
            giveBack();
            done(answer);
          });
        }
        await transaction.rollback();
        // Null: it was removed between two statements.
        if (found) return found;
      }
    } finally {
      if (!claimed) giveBack();
    }
  }

  private async claimIn(
    transaction: Transaction,
    owner: KeyOwner,
    hash: Buffer,
  ): Promise<'claimed' | StoredResponse | null> {
    try {
      return await transaction.run(async () => {
        if (await this.keys.claim(owner, hash)) return 'claimed';
        const known = await this.keys.find(owner, hash);
        if (known === null || 'answer' in known) return known && known.answer;
        throw new IdempotencyKeyReusedError();
      });
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }
}
