import { AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { deferred } from '../infra/index.js';

/** Milliseconds. */
const LONGEST_REST = 500;

/** Does its work in the context of who asked for it, who alone hears how it ended. Never rejects. */
type Piece = () => Promise<void>;

/**
 * Runs CPU-bound tasks (of the event loop or of PostgreSQL) one at a time, and yields after each for as long as it ran,
 * at most 500 ms. Tasks that are due together would else block the event loop for the sum of them, and time-outs expire
 * of what it couldn't see meanwhile.
 *
 * Owners take turns, a piece each. So a piece waits for the earlier ones of its own owner, and before each of these for
 * one of each other owner at most, however many the others bring.
 */
export class FairCpuQueue {
  /** What waits, by owner; the first owner is the next one, and none is without a piece. */
  private readonly waiting = new Map<string, Piece[]>();
  /** The owner of the piece that is under way, or was the last one. */
  private served = '';
  private working = false;

  /**
   * What `work` returns, resolves to or throws, once it is its turn. The turn ends when the promise it returns does.
   *
   * @param owner whose work it is, such as a principal's
   */
  take<Result>(work: () => Result | Promise<Result>, owner = ''): Promise<Result> {
    const { promise, resolve, reject } = deferred<Result>();
    const piece: Piece = async () => {
      try {
        resolve(await work());
      } catch (error) {
        reject(error);
      }
    };
    const pieces = this.waiting.get(owner) ?? [];
    pieces.push(AsyncResource.bind(piece));
    this.waiting.set(owner, pieces);
    if (!this.working) void this.run();
    return promise;
  }

  private async run(): Promise<void> {
    this.working = true;
    for (let piece = this.next(); piece; piece = this.next()) {
      const began = performance.now();
      await piece();
      await sleep(Math.min(performance.now() - began, LONGEST_REST), undefined, { ref: false });
    }
    this.working = false;
  }

  private next(): Piece | undefined {
    // The owner that was served stands behind those who came meanwhile.
    this.toTheEnd(this.served);
    const [first] = this.waiting;
    if (!first) return undefined;
    const [owner, pieces] = first;
    const piece = pieces.shift();
    if (pieces.length === 0) this.waiting.delete(owner);
    this.served = owner;
    return piece;
  }

  private toTheEnd(owner: string): void {
    const pieces = this.waiting.get(owner);
    if (!pieces) return;
    this.waiting.delete(owner);
    this.waiting.set(owner, pieces);
  }
}
