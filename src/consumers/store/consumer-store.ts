import { Injectable } from '@nestjs/common';
import type { ConsumerFilter, ConsumerKind, ConsumerStart, FailureMode } from '../../contracts/index.js';
import { currentTransaction, savepoint, SqlClient } from '../../database/index.js';
import { AwaitSequenced, EventLog } from '../../events/index.js';
import { Clock, ValidationFailedError } from '../../infra/index.js';
import {
  ADD_PARTITIONS,
  DELETE_CONSUMER,
  FENCE_OFF,
  FORGET_FAILURES,
  MOVE_ALL,
  READ_CHECKPOINT,
  READ_KIND,
  REGISTER_CONSUMER,
  SET_PAUSED,
} from './checkpoints.sql.js';
import {
  ConsumerExistsError,
  ConsumerNotFoundError,
  InProcessConsumerError,
  ProjectionConsumerError,
} from './consumer.errors.js';

export interface NewConsumer {
  name: string;
  kind: ConsumerKind;
  filter: ConsumerFilter;
  onFailure: FailureMode;
  maxAttempts: number;
}

/** Consumers with their checkpoints. All statements join the transaction of an `Idempotency-Key`, if there is one. */
@Injectable()
export class ConsumerStore {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
    private readonly awaitSequenced: AwaitSequenced,
    private readonly clock: Clock,
  ) {}

  /**
   * Has code's consumer stand with what code says of it; its checkpoints stay where they are, if there are any.
   * Throws `ConsumerExistsError` if the name is an HTTP consumer's.
   */
  async register(consumer: NewConsumer, partitions: number, from: ConsumerStart): Promise<void> {
    const [begun] = await this.sql.query(READ_CHECKPOINT, [consumer.name, partitions - 1]);
    await this.add(consumer, partitions, begun ? 0 : await this.positionOf(from));
  }

  /** Throws `ConsumerExistsError`, and `ValidationFailedError` if the log doesn't reach to where it is to begin. */
  async create(consumer: NewConsumer, from: ConsumerStart): Promise<void> {
    await this.add(consumer, 1, await this.positionOf(from));
  }

  /**
   * Has everything behind a position handled again, or passed by; what failed is forgotten, and what is under way can't
   * be committed. Throws `ConsumerNotFoundError`, `ProjectionConsumerError`, and `ValidationFailedError` if the log
   * doesn't reach there.
   */
  async seek(name: string, to: ConsumerStart): Promise<void> {
    if ((await this.kindOf(name)) === 'projection') throw new ProjectionConsumerError(name);
    const position = await this.positionOf(to);
    await this.inTransaction(async () => {
      await this.sql.query(FENCE_OFF, [name]);
      await this.sql.query(FORGET_FAILURES, [name]);
      await this.sql.query(MOVE_ALL, [name, position]);
    });
  }

  /** What is under way can't be committed any more. Throws `ConsumerNotFoundError`. */
  async setPaused(name: string, paused: boolean): Promise<void> {
    await this.inTransaction(async () => {
      const [found] = await this.sql.query(SET_PAUSED, [name, paused]);
      if (!found) throw new ConsumerNotFoundError(name);
      if (paused) await this.sql.query(FENCE_OFF, [name]);
    });
  }

  /** Throws `ConsumerNotFoundError` and `InProcessConsumerError`. */
  async delete(name: string): Promise<void> {
    if ((await this.kindOf(name)) !== 'http') throw new InProcessConsumerError(name);
    await this.sql.query(DELETE_CONSUMER, [name]);
  }

  /** Throws `ConsumerNotFoundError`. */
  async kindOf(name: string): Promise<ConsumerKind> {
    const [found] = await this.sql.query<{ kind: ConsumerKind }>(READ_KIND, [name]);
    if (!found) throw new ConsumerNotFoundError(name);
    return found.kind;
  }

  /** A part of the transaction that the caller runs in, or a transaction of its own. */
  inTransaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return currentTransaction() ? savepoint(work) : this.sql.transaction(work);
  }

  private async add(consumer: NewConsumer, partitions: number, position: number): Promise<void> {
    const { name, kind, filter, onFailure, maxAttempts } = consumer;
    await this.inTransaction(async () => {
      const values = [name, kind, JSON.stringify(filter), onFailure, maxAttempts, new Date(this.clock.now())];
      if ((await this.sql.query(REGISTER_CONSUMER, values)).length === 0) throw new ConsumerExistsError(name);
      await this.sql.query(ADD_PARTITIONS, [name, partitions, position]);
    });
  }

  /** The position behind which a consumer begins. Throws `EventsDroppedError` if not all behind it is kept. */
  private async positionOf(start: ConsumerStart): Promise<number> {
    if (start === 'beginning') {
      await this.log.expectKept(0);
      return 0;
    }
    const head = await this.awaitSequenced.all();
    if (start === 'now') return head;
    if ('time' in start) return (await this.log.positionBefore(start.time)) ?? head;
    if (start.position <= head) {
      await this.log.expectKept(start.position);
      return start.position;
    }
    // Events that come there would be passed by.
    const message = `is ahead of the log, which reaches to ${head}`;
    throw new ValidationFailedError([{ field: 'position', message }]);
  }
}
