import { Injectable } from '@nestjs/common';
import { SqlClient, type Statement } from '../../../database/index.js';
import { AwaitSequenced } from '../../../events/index.js';
import { endsWithin } from '../../../infra/index.js';
import { MOST_WAITING, waitingEvents } from '../planner/page-items.sql.js';

/**
 * Milliseconds for which a page waits until the log says at which position it was read; and while the log is known to
 * be at a standstill, as when no instance leads.
 */
const SEQUENCED_WITHIN = 1_500;
const AT_STANDSTILL = 200;
/** Milliseconds for which that is believed. */
const BELIEVED_FOR = 5_000;

/** What a statement has seen of the log: the last position, and `waitingEvents` behind it. */
export interface SeenLog {
  position: number;
  waiting: string | null;
}

/** The position that the last of these events has or gets; at least, if more wait than are told apart. */
export const lastSeen = ({ position, waiting }: SeenLog): number => position + Number.parseInt(waiting ?? '0', 10);

/** Nothing is missing from its position on, of any of them: a later statement may have been read from a replica. */
export const oldestSeen = (seen: readonly SeenLog[]): SeenLog =>
  seen.reduce((oldest, one) => (one.position < oldest.position ? one : oldest));

/** `$1` position, `$2` how many that follow. */
const READ_FOLLOWING: Statement = {
  name: 'read-events-that-follow',
  text: `SELECT ${waitingEvents('position > $1 AND position <= $1::bigint + $2::int')} AS following`,
};

/**
 * Where in the log a page was read, so that it can be answered again. Changes are visible as soon as they are
 * committed, and get their positions a moment later; so a statement sees what the log says up to a position and, often,
 * some events that wait for theirs:
 *
 *     seen           1 2 3 4 5 · waiting: a b
 *     soon after     1 2 3 4 5 a b c          → the page is of position 7
 *                    1 2 3 4 5 a c b          → it is of no position: c was committed too late to be seen
 */
@Injectable()
export class SnapshotPositions {
  /** When a page was last late by the whole time: one that waited for less says nothing new. */
  private stoodAt = -Infinity;

  constructor(
    private readonly sql: SqlClient,
    private readonly awaitSequenced: AwaitSequenced,
  ) {}

  /**
   * The position whose state all of some statements have seen; undefined if there is none, `late` if it isn't known
   * soon.
   */
  async of([first, ...others]: readonly SeenLog[]): Promise<number | 'late' | undefined> {
    const { position, waiting } = first!;
    if (others.some((one) => one.position !== position || one.waiting !== waiting)) return undefined;
    if (waiting === null) return position;
    const count = Number.parseInt(waiting, 10);
    const stands = performance.now() - this.stoodAt < BELIEVED_FOR;
    let reached = 0;
    const reaching = this.awaitSequenced.all().then((last) => void (reached = last));
    const isOver = await endsWithin(stands ? AT_STANDSTILL : SEQUENCED_WITHIN, reaching);
    if (!isOver || reached < position + count) {
      if (!stands) this.stoodAt = performance.now();
      return 'late';
    }
    this.stoodAt = -Infinity;
    // More may have waited than were told apart, as behind a large import: which of them were seen isn't known.
    if (count === MOST_WAITING) return undefined;
    const [row] = await this.sql.query<{ following: string | null }>(READ_FOLLOWING, [position, count]);
    return row!.following === waiting ? position + count : undefined;
  }
}
