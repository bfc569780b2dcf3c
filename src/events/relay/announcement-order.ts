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
  private alone = 0;

  /** Whether somebody is, or wants to be, alone. */
  get closed(): boolean {
    return this.alone > 0;
  }

  /** To be called just when the statement is sent. */
  enter(): Turn {
    const comes = this.last;
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.last = comes.then(() => ended);
    return { comes, end };
  }

  /**
   * Runs `work` when all that has entered is over, so that every event with a position has been invalidated and
   * announced. Nobody should enter meanwhile who can do without: `closed` says so.
   */
  async whenOver<Result>(work: () => Promise<Result>): Promise<Result> {
    this.alone += 1;
    try {
      await this.last;
      return await work();
    } finally {
      this.alone -= 1;
    }
  }
}
