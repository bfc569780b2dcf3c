import { Injectable } from '@nestjs/common';
import { deferred, endsWithin } from '../../infra/index.js';

/** The slot of one batch of events in the order of publishing, which is not known before they have their positions. */
export interface PublishTicket {
  /** To be called as soon as it is known that the batch has the positions after this one, up to the other one. */
  numbered(after: number, last: number): void;
  /** Resolves when everything with a lower position is over. For what is `numbered`. */
  whenNext(): Promise<void>;
  /** Must be called in any case. */
  end(): void;
}

/**
 * Statements that give positions go over two connections, and one may have to wait for a cache that another one
 * needn't wait for. Events are published in the order of their positions.
 */
@Injectable()
export class PublishOrder {
  /**
   * All that has been sent and isn't over. What has got lower positions than an answer that is here, is among them or
   * over.
   */
  private readonly open = new Set<Slot>();
  /** Everything up to this position is over. */
  private reached = NaN;
  /** Those who, once everything up to a position is over, have nothing to wait for. */
  private readonly next = new Map<number, () => void>();
  /** Those who are, or want to be, alone, by when it ends; true for those who take long. */
  private readonly alone = new Map<Promise<void>, boolean>();

  get closed(): boolean {
    return this.alone.size > 0;
  }

  /** The positions that come next may have been there before, of another epoch. */
  restart(): void {
    this.reached = NaN;
  }

  /** To be called just when the statement is sent. */
  enter(): PublishTicket {
    const slot = new Slot();
    this.open.add(slot);
    return {
      numbered: (after, last) => slot.known(after, last),
      whenNext: () => this.whenNext(slot),
      end: () => this.end(slot),
    };
  }

  /**
   * Runs `work` when all that has entered is over, so that every event with a position has been invalidated and
   * published. Callers that can do without should not enter meanwhile: `closed` says so.
   */
  async whenOver<Result>(work: () => Promise<Result>, takesLong = false): Promise<Result> {
    const { promise: ended, resolve: end } = deferred();
    this.alone.set(ended, takesLong);
    try {
      await Promise.all([...this.open].map((slot) => slot.over.promise));
      return await work();
    } finally {
      this.alone.delete(ended);
      end();
    }
  }

  /** Waits until no `whenOver` is under way, for at most so many milliseconds. */
  async opened(within: number): Promise<void> {
    if ([...this.alone.values()].includes(true)) return;
    await endsWithin(within, Promise.all(this.alone.keys()));
  }

  /** Positions have no holes, so it mostly needn't wait for answers that may turn out to be about higher ones. */
  private async whenNext(slot: Slot): Promise<void> {
    const { after } = slot;
    if (after !== this.reached) {
      const { promise: follows, resolve } = deferred();
      this.next.set(after, resolve);
      await Promise.race([follows, Promise.all([...this.open].map((other) => other.overIfBelow(after)))]);
      this.next.delete(after);
    }
    slot.came = true;
  }

  private end(slot: Slot): void {
    if (!this.open.delete(slot)) return;
    slot.end();
    if (!slot.came) return;
    this.reached = slot.last;
    this.next.get(slot.last)?.();
  }
}

class Slot {
  after = NaN;
  last = NaN;
  /** Everything below was over when it ended. */
  came = false;
  readonly over = deferred();
  private readonly answered = deferred();

  known(after: number, last: number): void {
    this.after = after;
    this.last = last;
    this.answered.resolve();
  }

  /** Resolves when it is over, or turns out not to have a position below. */
  async overIfBelow(position: number): Promise<void> {
    await this.answered.promise;
    if (this.after < position) await this.over.promise;
  }

  end(): void {
    this.answered.resolve();
    this.over.resolve();
  }
}
