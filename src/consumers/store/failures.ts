import { Injectable } from '@nestjs/common';
import { type InventoryEvent, keyOf, type ParkedEvent } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { retryDelay } from '../../infra/index.js';
import {
  DROP_PARKED,
  type FailureRow,
  READ_DUE,
  READ_FAILING_KEYS,
  READ_PARKED,
  RECORD_FAILURE,
  REMOVE_FAILURE,
  RETRY_PARKED,
} from './failures.sql.js';
import { errorText } from './error-text.js';

/** Parked events that are listed at most. */
const LISTED = 1_000;

/** An event whose handling has failed, with how often it was tried; in the position order of its key. */
export interface Failure {
  eventId: string;
  position: number;
  key: string;
  attempts: number;
  /** An admin has given it up: it counts as handled. */
  dropped: boolean;
}

export interface PartitionId {
  consumer: string;
  partition: number;
}

/**
 * Events that wait for another attempt, and parked ones. With `block` the row of a key is also where its later events
 * wait: they stay in the log between the row's position and the checkpoint, so one row is all that a product costs.
 * All statements join the transaction that the caller runs in.
 */
@Injectable()
export class Failures {
  constructor(private readonly sql: SqlClient) {}

  /** @returns whether the event was parked, since it has had its attempts */
  async record({ consumer, partition }: PartitionId, event: InventoryEvent, failed: Attempt): Promise<boolean> {
    const { attempts, maxAttempts, error } = failed;
    const delay = attempts >= maxAttempts ? null : retryDelay(attempts);
    const { eventId, position } = event;
    const values = [consumer, partition, eventId, position, keyOf(event), attempts, errorText(error), delay];
    await this.sql.query(RECORD_FAILURE, values);
    return delay === null;
  }

  /** Has the next event of a key wait for its turn, in place of the one before. */
  async waitNext({ consumer, partition }: PartitionId, event: InventoryEvent): Promise<void> {
    const { eventId, position } = event;
    await this.sql.query(RECORD_FAILURE, [consumer, partition, eventId, position, keyOf(event), 0, 'waits', 0]);
  }

  async remove(consumer: string, eventId: string): Promise<void> {
    await this.sql.query(REMOVE_FAILURE, [consumer, eventId]);
  }

  /** Those whose next attempt is due, by position. */
  async due({ consumer, partition }: PartitionId, limit: number): Promise<Failure[]> {
    const rows = await this.sql.query<FailureRow>(READ_DUE, [consumer, partition, limit]);
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  async keys({ consumer, partition }: PartitionId): Promise<Set<string>> {
    const rows = await this.sql.query<{ key: string }>(READ_FAILING_KEYS, [consumer, partition]);
    return new Set(rows.map(({ key }) => key));
  }

  async parked(consumer: string): Promise<ParkedEvent[]> {
    interface Row extends Omit<ParkedEvent, 'position' | 'firstFailedAt' | 'parkedAt'> {
      position: string;
      firstFailedAt: Date;
      parkedAt: Date;
    }
    const rows = await this.sql.query<Row>(READ_PARKED, [consumer, LISTED]);
    return rows.map((row) => ({
      ...row,
      position: Number(row.position),
      firstFailedAt: row.firstFailedAt.toISOString(),
      parkedAt: row.parkedAt.toISOString(),
    }));
  }

  /** @returns false if no such event is parked */
  async retry(consumer: string, eventId: string): Promise<boolean> {
    return (await this.sql.query(RETRY_PARKED, [consumer, eventId])).length > 0;
  }

  /** @returns false if no such event is parked */
  async drop(consumer: string, eventId: string): Promise<boolean> {
    return (await this.sql.query(DROP_PARKED, [consumer, eventId])).length > 0;
  }
}

interface Attempt {
  /** This one included. */
  attempts: number;
  maxAttempts: number;
  error: unknown;
}
