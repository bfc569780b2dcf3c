import { Injectable } from '@nestjs/common';
import { SqlClient, type Transaction } from '../database/index.js';
import type { StoredResponse } from './stored-response.js';
import { Claim } from './claim.js';
import { IdempotencyKeyReusedError } from './idempotency.errors.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import type { KeyOwner } from './idempotent-request.js';
import { ReplayBarrier } from './replay-barrier.js';
import { InFlightRequests } from './in-flight-requests.js';

/** Makes one request of all that carry the same key: in this process, across instances, and after a crash. */
@Injectable()
export class IdempotencyService {
  private readonly running = new InFlightRequests();

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
    for (;;) {
      const transaction = await this.sql.begin();
      const found = await this.claimIn(transaction, owner, hash);
      if (found === 'claimed') return new Claim(owner, transaction, this.keys, done);
      await transaction.rollback();
      // Null: it was removed between two statements.
      if (found) return found;
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
