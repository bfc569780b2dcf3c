import { Injectable } from '@nestjs/common';

/** A place in the order of announcements. */
export interface Turn {
  /** Resolves when all that came before is over. */
  readonly comes: Promise<void>;
  /** Must be called in any case. */
  end(): void;
}

/**
 * Statements that give positions go over one connection, so their answers come in the order in which they were sent; but
 * one may have to wait for a cache that the next one needn't wait for. Events are announced in the order of sending.
 */
@Injectable()
export class AnnouncementOrder {
  private last: Promise<void> = Promise.resolve();
  /** Those who are, or want to be, alone, by when it ends; true for those who take long. */
  private readonly alone = new Map<Promise<void>, boolean>();

  get closed(): boolean {
    return this.alone.size > 0;
  }

  /** To be called just when the statement is sent. */
  enter(): Turn {
    const comes = this.last;
    const { promise: ended, resolve: end } = deferred();
    this.last = comes.then(() => ended);
    return { comes, end };
  }

  /**
   * Runs `work` when all that has entered is over, so that every event with a position has been invalidated and
   * announced. Nobody should enter meanwhile who can do without: `closed` says so.
   */
  async whenOver<Result>(work: () => Promise<Result>, takesLong = false): Promise<Result> {
    const { promise: ended, resolve: end } = deferred();
    this.alone.set(ended, takesLong);
    try {
      await this.last;
      return await work();
    } finally {
      this.alone.delete(ended);
      end();
    }
  }

  /** Waits until nobody is alone any more, unless that takes longer than so many milliseconds. */
  async opened(within: number): Promise<void> {
    if ([...this.alone.values()].includes(true)) return;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => (timer = setTimeout(resolve, within)));
    await Promise.race([Promise.all(this.alone.keys()), tooLong]);
    clearTimeout(timer);
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
