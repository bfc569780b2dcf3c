import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** Positions a second from which on writers have enough to do. */
const BUSY = 1_000;
/** Positions a second for which a rest is as long as the batch before; for twice as many it is twice as long. */
const ONE_REST = 300;
const MOST_RESTS = 20;
/**
 * Milliseconds. Only a reader in this process ends a rest; one in another waits 2 s at most (`Moments`), of which this
 * leaves half for the batch that comes next.
 */
const LONGEST_REST = 1_000;
/** Positions behind the log from which on there is no rest. */
const MOST_BEHIND = 50_000;
/** Milliseconds after which it is looked again whether writers are busy. */
const SLICE = 250;

/** The consumer of a build is called by the projection and the build's number, as `price-series.3`. */
const projectionOf = (consumer: string): string => consumer.slice(0, consumer.lastIndexOf('.'));

/** How it stands with the writers. */
export interface Writing {
  perSecond: number;
  /** Positions that the projection is behind. */
  lag: number;
}

/** Milliseconds to rest after a batch that took `worked`. */
export function restAfter(worked: number, { perSecond, lag }: Writing): number {
  if (perSecond <= BUSY || lag > MOST_BEHIND) return 0;
  return Math.min(worked * Math.min(perSecond / ONE_REST, MOST_RESTS), LONGEST_REST);
}

/**
 * Projections catch up when writers leave time: on a machine with few processors they would nearly halve their rate.
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
   * Rests after a batch for as long as writers are busy, at most for as long as their rate asks for.
   *
   * @param consumer that feeds a build of the projection
   * @param writing asked now and then
   * @param ending of the work on the projection
   */
  async after(worked: number, consumer: string, writing: () => Writing, ending: AbortSignal): Promise<void> {
    const projection = projectionOf(consumer);
    const began = performance.now();
    for (;;) {
      const left = restAfter(worked, writing()) - (performance.now() - began);
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
