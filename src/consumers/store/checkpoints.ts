import { Injectable } from '@nestjs/common';
import { type Queries, SqlClient } from '../../database/index.js';
import { MOVE_CHECKPOINT } from './checkpoints.sql.js';
import type { PartitionId } from './failures.js';

/** A partition as its owner holds it. */
export interface Ownership extends PartitionId {
  owner: string;
  term: string;
}

/** The partition has another owner or term, or its checkpoint or the log isn't where this process believes it to be. */
export class PartitionLostError extends Error {
  constructor({ consumer, partition }: PartitionId) {
    super(`Partition ${partition} of ${consumer} is owned by this instance no more`);
  }
}

export interface Move {
  from: number;
  to: number;
  /** The event at `to`; null if the checkpoint stays. */
  eventId: string | null;
}

@Injectable()
export class Checkpoints {
  constructor(private readonly sql: SqlClient) {}

  /**
   * Last statement of the transaction whose effects it is about, so that the row is locked for a moment only. Also for
   * a checkpoint that stays: it proves the ownership. Throws `PartitionLostError`.
   *
   * @param sql of the transaction, if that has no asynchronous context
   */
  async move(held: Ownership, { from, to, eventId }: Move, sql: Queries = this.sql): Promise<void> {
    const { consumer, partition, owner, term } = held;
    const values = [consumer, partition, owner, term, to, from, eventId];
    if ((await sql.query(MOVE_CHECKPOINT, values)).length === 0) throw new PartitionLostError(held);
  }
}
