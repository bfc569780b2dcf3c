import { Injectable } from '@nestjs/common';
import { currentTransaction } from '../../../database/index.js';
import { UnavailableError, ValidationFailedError } from '../../../infra/index.js';
import { textRule } from '../../../validation/index.js';
import { newEventId } from '../../../events/index.js';
import { BatchExecutor } from './batch-executor.js';
import { checkedCommand } from './checked-command.js';
import { keyOf, type ProductCommand, type ProductWrite, type WriteOutcome } from './product-command.js';
import { countThatFits, PendingResult, WriteBatcher } from './write-batcher.js';

/** Batches under way at once, and rows in one statement. */
const LANES = 2;
const BATCH_LIMIT = 1_000;
/** Writes that may wait in this process; beyond it they are refused at once instead of piling up. */
const WAITING_LIMIT = 20_000;

export interface WriteAuthor {
  /** The vendor that the writer is confined to; others' products are rejected with `ForbiddenError`. */
  owner?: string | undefined;
  /** Made up when absent. */
  correlationId?: string | undefined;
}

/**
 * The one way products are written. Writes of one product always share a lane, so within this process they never race
 * each other; against other instances the version guard decides.
 */
@Injectable()
export class ProductWriter {
  private readonly lanes: WriteBatcher[];

  constructor(private readonly executor: BatchExecutor) {
    this.lanes = Array.from(
      { length: LANES },
      () => new WriteBatcher((writes) => executor.execute(writes), BATCH_LIMIT),
    );
  }

  /**
   * One outcome per command, in order; one that isn't valid is rejected with `ValidationFailedError` and holds up no
   * other. Throws `UnavailableError` when too many writes wait already.
   */
  async write(commands: readonly ProductCommand[], author: WriteAuthor = {}): Promise<WriteOutcome[]> {
    checkCorrelationId(author.correlationId);
    const sound: ProductCommand[] = [];
    const refused = new Map<number, ValidationFailedError>();
    commands.forEach((command, place) => {
      try {
        sound.push(checkedCommand(command));
      } catch (error) {
        if (!(error instanceof ValidationFailedError)) throw error;
        refused.set(place, error);
      }
    });
    const outcomes = await this.writeSound(sound, author);
    if (refused.size === 0) return outcomes;
    let next = 0;
    return commands.map((_command, place) => {
      const error = refused.get(place);
      return error ? { status: 'rejected', error } : outcomes[next++]!;
    });
  }

  private async writeSound(commands: readonly ProductCommand[], author: WriteAuthor): Promise<WriteOutcome[]> {
    const { owner, correlationId = newEventId() } = author;
    if (currentTransaction()) return this.writeInTransaction(commands, { owner, correlationId });
    const waiting = this.lanes.reduce((sum, lane) => sum + lane.depth, 0);
    if (waiting + commands.length > WAITING_LIMIT) throw new UnavailableError('Too many writes are waiting');
    const answer = new PendingResult(commands.length);
    commands.forEach((command, place) => this.laneOf(command).submit({ command, correlationId, owner }, answer, place));
    return answer.promise;
  }

  /** A lane mixes writes of many callers in one statement, which can't be part of anybody's transaction. */
  private async writeInTransaction(
    commands: readonly ProductCommand[],
    author: Omit<ProductWrite, 'command'>,
  ): Promise<WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    const writes = commands.map((command) => ({ write: { command, ...author } }));
    while (writes.length > 0) {
      const batch = writes.splice(0, countThatFits(writes, Math.min(writes.length, BATCH_LIMIT)));
      outcomes.push(...(await this.executor.execute(batch.map(({ write }) => write))));
    }
    return outcomes;
  }

  private laneOf(command: ProductCommand): WriteBatcher {
    const key = keyOf(command);
    let hash = 0;
    for (let index = 0; index < key.length; index += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
    return this.lanes[(hash >>> 0) % LANES]!;
  }
}

const correlationIdRule = textRule(200);

/** It goes into the statement that many writes share. */
function checkCorrelationId(correlationId: string | undefined): void {
  const message = correlationId === undefined ? undefined : correlationIdRule(correlationId);
  if (message !== undefined) throw new ValidationFailedError([{ field: 'correlationId', message }]);
}
