import { Injectable } from '@nestjs/common';
import { currentTransaction } from '../../../database/index.js';
import { inSlices, UnavailableError, ValidationFailedError } from '../../../infra/index.js';
import { type Caller, writeOrigin } from '../../event-origin.js';
import { BatchExecutor } from './batch-executor.js';
import { checkedCommand } from './checked-command.js';
import { LockedProducts } from './locked-products.js';
import { keyOf, type ProductCommand, type ProductWrite, type WriteOutcome } from './product-command.js';
import { PendingResult } from './pending-result.js';
import { countThatFits, WriteBatcher } from './write-batcher.js';

/** Batches under way at once, and rows in one statement. */
const BATCHERS = 2;
const BATCH_LIMIT = 1_000;
/** Writes that may wait in this process; beyond it they are refused at once instead of piling up. */
const WAITING_LIMIT = 20_000;

export interface WriteAuthor extends Caller {
  /** The vendor that the writer is confined to; others' products are rejected with `ForbiddenError`. */
  owner?: string | undefined;
}

type Source = Omit<ProductWrite, 'command'>;

/** Commands of one call. */
export interface CheckedCommands {
  readonly sound: readonly ProductCommand[];
  /** Why others aren't, by their places among all. */
  readonly refused: ReadonlyMap<number, ValidationFailedError>;
}

/**
 * The one way products are written. Writes of one product always share a batcher, so within this process they never
 * race each other; against other instances the version guard decides.
 */
@Injectable()
export class ProductWriter {
  private readonly batchers: WriteBatcher[];

  constructor(
    private readonly executor: BatchExecutor,
    locked: LockedProducts,
  ) {
    this.batchers = Array.from({ length: BATCHERS }, () => new WriteBatcher(executor, locked, BATCH_LIMIT));
  }

  /**
   * One outcome per command, in order; one that isn't valid is rejected with `ValidationFailedError` and holds up no
   * other. Throws `UnavailableError` when too many writes wait already.
   */
  async write(commands: readonly ProductCommand[], author: WriteAuthor = {}): Promise<WriteOutcome[]> {
    return this.writeChecked(await this.check(commands), author);
  }

  /** The first half of `write`, which takes a while: of two calls the later one may be ready before the earlier one. */
  async check(commands: readonly ProductCommand[]): Promise<CheckedCommands> {
    const sound: ProductCommand[] = [];
    const refused = new Map<number, ValidationFailedError>();
    await inSlices(commands.entries(), ([place, command]) => {
      try {
        sound.push(checkedCommand(command));
      } catch (error) {
        if (!(error instanceof ValidationFailedError)) throw error;
        refused.set(place, error);
      }
    });
    return { sound, refused };
  }

  /** The second half: what several calls write to one product takes effect in the order of the calls. */
  async writeChecked({ sound, refused }: CheckedCommands, author: WriteAuthor = {}): Promise<WriteOutcome[]> {
    const outcomes = await this.writeSound(sound, { origin: writeOrigin(author), owner: author.owner });
    if (refused.size === 0) return outcomes;
    let next = 0;
    return Array.from({ length: sound.length + refused.size }, (_command, place) => {
      const error = refused.get(place);
      return error ? { status: 'rejected', error } : outcomes[next++]!;
    });
  }

  private async writeSound(commands: readonly ProductCommand[], source: Source): Promise<WriteOutcome[]> {
    if (currentTransaction()) return this.writeInTransaction(commands, source);
    const waiting = this.batchers.reduce((sum, batcher) => sum + batcher.depth, 0);
    if (waiting + commands.length > WAITING_LIMIT) throw new UnavailableError('Too many writes are waiting');
    const { origin, owner } = source;
    const answer = new PendingResult(commands.length);
    commands.forEach((command, place) => this.batcherOf(command).submit({ command, origin, owner }, answer, place));
    return answer.promise;
  }

  /** A batcher mixes writes of many callers in one statement, which can't be part of anybody's transaction. */
  private async writeInTransaction(commands: readonly ProductCommand[], source: Source): Promise<WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    const writes = commands.map((command) => ({ write: { command, ...source } }));
    while (writes.length > 0) {
      const batch = writes.splice(0, countThatFits(writes, Math.min(writes.length, BATCH_LIMIT)));
      outcomes.push(...(await this.executor.executePatiently(batch.map(({ write }) => write))));
    }
    return outcomes;
  }

  private batcherOf(command: ProductCommand): WriteBatcher {
    const key = keyOf(command);
    let hash = 0;
    for (let index = 0; index < key.length; index += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
    return this.batchers[(hash >>> 0) % BATCHERS]!;
  }
}
