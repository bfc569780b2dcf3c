import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { BATCH_EVENTS } from '../../events/index.js';

/** Positions a second from which on writers have enough to do, and up to which they have little. */
const BUSY = 1_000;
const CALM = 300;
/** Positions a second for which a rest is as long as the batch before; for twice as many it is twice as long. */
const ONE_REST = 300;
const MOST_RESTS = 20;
/**
 * Positions behind the log from which on there is no rest: what is written in 15 s, within these bounds. Without the
 * time a projection would rest no more two seconds after the beginning of a backlog that is published at once.
 */
const LEAST_BEHIND = 50_000;
const MOST_BEHIND = 1_000_000;
const BEHIND_SECONDS = 15;
/** Milliseconds of a rest of a projection. */
const LONGEST = 1_000;
/**
 * Positions behind from which on no reader in another process could be answered in the time that it waits: so much is
 * written in a burst that is over in seconds, and a rest may be as long, and so many times as long as the batch.
 */
const FAR_BEHIND = 10_000;
const LONGEST_FAR_BEHIND = 5_000;
const MOST_RESTS_FAR_BEHIND = 100;
/**
 * Milliseconds in which events gather at least, and for each event a second: at 40 a second as long as any rest. Where
 * no other instance runs every reader is in this process, and ends the rest.
 */
const LEAST_GATHERING = 200;
const GATHERING_OF_ONE = 25;
const ALONE = 5;
/** Milliseconds after which it is looked again whether writers are busy. */
const SLICE = 250;

/** The consumer of a build is called by the projection and the build's number, as `price-series.3`. */
const projectionOf = (consumer: string): string => consumer.slice(0, consumer.lastIndexOf('.'));

/** How it stands with the writers. */
export interface Writing {
  perSecond: number;
  /** Positions that what would rest is behind. */
  lag: number;
  /** No other instance runs. */
  alone: boolean;
}

/** How much one may rest. */
export interface RestBounds {
  /** Milliseconds of a rest that writers want, after a batch that took `worked`. */
  wanted(worked: number, writing: Writing): number;
  /** Positions behind the log from which on there is no rest. */
  mostBehind(perSecond: number): number;
  /** Milliseconds in which events gather for one batch. */
  gathering(writing: Writing): number;
}

/**
 * Only a reader in this process ends a rest. In another one, who asks for the past waits 2 s at most (`Moments`), of
 * which this leaves half for the batch that comes next, unless it is far behind; a search of the present waits 0.25 s,
 * and may be in vain.
 */
export const OF_PROJECTIONS: RestBounds = {
  wanted: (worked, { perSecond, lag }) => {
    if (perSecond <= BUSY) return 0;
    const [most, longest] = lag > FAR_BEHIND ? [MOST_RESTS_FAR_BEHIND, LONGEST_FAR_BEHIND] : [MOST_RESTS, LONGEST];
    return Math.min(worked * Math.min(perSecond / ONE_REST, most), longest);
  },
  mostBehind: (perSecond) => Math.min(Math.max(LEAST_BEHIND, BEHIND_SECONDS * perSecond), MOST_BEHIND),
  gathering: ({ perSecond, alone }) => {
    const times = alone ? ALONE : 1;
    return Math.min(Math.max(LEAST_GATHERING, times * perSecond * GATHERING_OF_ONE), times * LONGEST);
  },
};

/**
 * While writers are busy a consumer rests for as long as its user allows, or until all of its partitions have a whole
 * batch; while they have less to do, for a part of that. Each batch is a transaction: of few events they cost several
 * times as much. A rest that depends on how long the batch took, as those of projections do, is over when a few more
 * events are there: batches of consumers take some milliseconds.
 */
export const ofConsumer = (longest: number, partitions: number): RestBounds => ({
  wanted: (_worked, { perSecond }) => Math.min((longest * (perSecond - CALM)) / (BUSY - CALM), longest),
  mostBehind: () => partitions * BATCH_EVENTS,
  gathering: () => 0,
});

/** Milliseconds to rest after a batch that took `worked`. */
export function restAfter(worked: number, writing: Writing, bounds = OF_PROJECTIONS): number {
  const { perSecond, lag } = writing;
  if (lag > bounds.mostBehind(perSecond)) return 0;
  const gathering = lag < BATCH_EVENTS ? bounds.gathering(writing) : 0;
  return Math.max(gathering, bounds.wanted(worked, writing));
}

/**
 * Projections catch up when writers leave time: on a machine with few processors they would nearly halve their rate.
 * When little is written, they take what has come in a moment at once, not each change in a transaction of its own.
 * Consumers with an effect in SQL rest as well, but within a second they have handled what was written (`ofConsumer`).
 * Where a reader waits for one, in this process, it doesn't rest; nor do tables in the making, which have to catch up.
 */
@Injectable()
export class Rests {
  /** Readers that wait, by projection, and the rests that these would end. */
  private readonly waiting = new Map<string, number>();
  private readonly resting = new Map<string, Set<AbortController>>();

  /** Does `work`, which waits for a projection; meanwhile it doesn't rest. */
  async without<Result>(projection: string, work: () => Promise<Result>): Promise<Result> {
    this.waiting.set(projection, (this.waiting.get(projection) ?? 0) + 1);
    for (const rest of this.resting.get(projection) ?? []) rest.abort();
    try {
      return await work();
    } finally {
      const others = this.waiting.get(projection)! - 1;
      if (others > 0) this.waiting.set(projection, others);
      else this.waiting.delete(projection);
    }
  }

  /**
   * Rests after a batch: while writers are busy, at most for as long as their rate asks for, else while events gather.
   *
   * @param consumer one of `@EventConsumer`, or that feeds a build of a projection
   * @param writing asked now and then
   * @param ending of the work on the partition
   */
  async after(
    worked: number,
    consumer: string,
    writing: () => Writing,
    ending: AbortSignal,
    bounds = OF_PROJECTIONS,
  ): Promise<void> {
    const projection = projectionOf(consumer);
    const began = performance.now();
    for (;;) {
      const left = restAfter(worked, writing(), bounds) - (performance.now() - began);
      if (left <= 0 || ending.aborted || this.waiting.has(projection)) return;
      await this.sleep(projection, Math.min(left, SLICE), ending);
    }
  }

  private async sleep(projection: string, milliseconds: number, ending: AbortSignal): Promise<void> {
    const rest = new AbortController();
    const rests = this.resting.get(projection) ?? new Set();
    this.resting.set(projection, rests.add(rest));
    const end = (): void => rest.abort();
    ending.addEventListener('abort', end);
    await sleep(milliseconds, undefined, { signal: rest.signal }).catch(() => undefined);
    ending.removeEventListener('abort', end);
    rests.delete(rest);
  }
}
