import { deferred } from '../infra/index.js';
import type { StoredResponse } from './stored-response.js';
import type { KeyOwner } from './idempotent-request.js';

interface Running {
  hash: Buffer;
  /** Null: there is none to share. Never rejects. */
  answered: Promise<StoredResponse | null>;
}

/** The turn of the first request of a key: it must call `done` once, with the answer to share or null. */
export interface InFlightOwner {
  done: (answer: StoredResponse | null) => void;
}

/** Requests with a key that this process is working on. */
export class InFlightRequests {
  private readonly running = new Map<string, Running>();

  /**
   * Waits for an equal request that is under way, and gives its answer, whatever it is; else it is the caller's turn.
   */
  async join({ principal, key }: KeyOwner, hash: Buffer): Promise<InFlightOwner | { answer: StoredResponse }> {
    const id = `${principal.toString('base64')} ${key}`;
    for (let other = this.running.get(id); other; other = this.running.get(id)) {
      const answer = await other.answered;
      if (answer && other.hash.equals(hash)) return { answer };
    }
    const { promise: answered, resolve } = deferred<StoredResponse | null>();
    const mine: Running = { hash, answered };
    this.running.set(id, mine);
    return {
      done: (answer) => {
        if (this.running.get(id) === mine) this.running.delete(id);
        resolve(answer);
      },
    };
  }
}
