import type { ClientBase } from 'pg';

/** Milliseconds between two looks. */
const LOOK_EVERY = 500;
/**
 * Milliseconds after which all of the queue is looked through once, for rows with a `seq` that wasn't drawn from the
 * sequence.
 */
const DISTRUST_AFTER = 60_000;

/** The last number drawn, and the oldest transaction that runs, 64 bits wide. */
const LOOK = `
  SELECT last_value AS seq, pg_snapshot_xmin(pg_current_snapshot())::text AS oldest FROM inventory_events_seq_seq`;

/**
 * A new transaction id, above all that have been given out. A snapshot's `xmax` is only above those that have ended.
 */
const NEW_TRANSACTION = 'SELECT pg_current_xact_id()::text AS id';

interface Candidate {
  seq: number;
  /** Every transaction that has drawn a number up to `seq` has an id below it. */
  below?: bigint;
}

/**
 * Where the queue of events without position begins, for one leadership.
 *
 * Entries of the queue's index stay, dead, until the next vacuum; a scan from the beginning goes over all of them, at
 * 100,000 dead ones for a millisecond and more. So it begins at a `seq` below which nothing can be waiting: all
 * transactions that have drawn a lower one have ended, and a scan made after that has found less than a batch. Just
 * going on behind the highest `seq` would leave behind what a slow transaction commits later.
 *
 * That a number was drawn is seen at one look, and the bound of the transactions is drawn at the next one, as a
 * transaction may draw a number a moment before it gets its id.
 */
export class LowWaterMark {
  private candidate: Candidate | undefined;
  private confirmed = 0;
  private floor = 0;
  private lookedAt = -Infinity;
  private distrustedAt: number;

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly lookEvery = LOOK_EVERY,
  ) {
    this.distrustedAt = now();
  }

  /** The lowest `seq` that may be without position. */
  get value(): number {
    return this.floor;
  }

  /** A scan from `value` on has found less than there was room for. */
  caughtUp(): void {
    this.floor = this.confirmed;
  }

  /** Looks how far the floor can rise, if that is due; tells whether it was. A scan that begins later sees no less. */
  async look(client: ClientBase): Promise<boolean> {
    const now = this.now();
    if (now - this.lookedAt < this.lookEvery) return false;
    this.lookedAt = now;
    if (now - this.distrustedAt >= DISTRUST_AFTER) {
      this.distrustedAt = now;
      this.floor = 0;
    }
    const { rows } = await client.query<{ seq: string; oldest: string }>(LOOK);
    const { seq, oldest } = rows[0]!;
    if (this.candidate?.below !== undefined && BigInt(oldest) >= this.candidate.below) {
      this.confirmed = this.candidate.seq;
      this.candidate = undefined;
    }
    if (this.candidate) this.candidate.below ??= await newTransaction(client);
    // A number once drawn is proven, however long no other number is drawn.
    else if (Number(seq) > this.confirmed) this.candidate = { seq: Number(seq) };
    return true;
  }
}

async function newTransaction(client: ClientBase): Promise<bigint> {
  const { rows } = await client.query<{ id: string }>(NEW_TRANSACTION);
  return BigInt(rows[0]!.id);
}
