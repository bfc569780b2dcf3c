import { LRUCache } from 'lru-cache';
import type { Quota } from './quota.js';

/** Keys whose slices are kept; one that is dropped loses what is left of its slice, and asks for the next. */
const KEYS = 10_000;
/** Slices in a window. */
const SLICES = 100;

/** What came of asking for one request. */
export interface Turn {
  admitted: boolean;
  /** Requests of this window that are left. Of those that instances share, as many as when a slice was last drawn. */
  left: number;
  /** Milliseconds until the window ends. */
  endsIn: number;
}

interface Slice {
  left: number;
  /** What was left in the quota when the slice was drawn. */
  rest: number;
  /** Milliseconds of `performance.now()`; the window's end. */
  until: number;
  /** No more in this window: refusals need not ask again. */
  last: boolean;
}

const UNLIMITED: Turn = { admitted: true, left: Infinity, endsIn: 0 };

/**
 * Requests a minute per key. A quota that instances share is a round trip away, which would cost more than a cached
 * search, so it is drawn in slices of a hundredth, and most requests only count one down in memory. No key ever gets
 * more than its limit; one that spreads over n instances may get less, by what is left of n - 1 slices.
 */
export class RateLimits {
  private readonly slices = new LRUCache<string, Slice>({ max: KEYS });
  private readonly drawing = new Map<string, Promise<void>>();
  private readonly size: number;

  /**
   * @param limit requests a minute
   * @param quota null: no limit
   * @param now milliseconds that never jump
   */
  constructor(
    readonly limit: number,
    private readonly quota: Quota | null,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.size = Math.max(1, Math.floor(limit / SLICES));
  }

  get off(): boolean {
    return this.quota === null;
  }

  /** Takes one request. A promise only while a slice is drawn. */
  take(key: string): Turn | Promise<Turn> {
    if (this.quota === null) return UNLIMITED;
    return this.takeDrawn(key) ?? this.takeNext(this.quota, key);
  }

  /** Takes one request if that needs no waiting, of whatever kind; undefined: nothing was taken. */
  takeAtOnce(key: string): Turn | undefined {
    if (this.quota === null) return UNLIMITED;
    const turn = this.takeDrawn(key);
    return turn?.admitted === true ? turn : undefined;
  }

  /** Takes requests off afterwards, as far as there are any left; the next `take` finds them gone. */
  charge(key: string, requests: number): void {
    if (this.quota === null) return;
    const slice = this.slices.get(key);
    const drawn = slice === undefined || slice.until <= this.now() ? 0 : Math.min(slice.left, requests);
    if (slice !== undefined) slice.left -= drawn;
    if (drawn < requests) void this.chargeQuota(this.quota, key, requests - drawn);
  }

  /** `undefined`: the next slice has to be drawn. */
  private takeDrawn(key: string): Turn | undefined {
    const slice = this.slices.get(key);
    if (slice === undefined) return undefined;
    const endsIn = slice.until - this.now();
    if (endsIn <= 0) return undefined;
    if (slice.left === 0) return slice.last ? { admitted: false, left: 0, endsIn } : undefined;
    slice.left -= 1;
    return { admitted: true, left: slice.left + slice.rest, endsIn };
  }

  private async chargeQuota(quota: Quota, key: string, requests: number): Promise<void> {
    const { left } = await quota.draw(key, requests);
    const slice = this.slices.get(key);
    if (slice !== undefined) slice.rest = Math.min(slice.rest, left);
  }

  /** Again if others who waited have used the slice up. */
  private async takeNext(quota: Quota, key: string): Promise<Turn> {
    for (;;) {
      await this.drawOnce(quota, key);
      const turn = this.takeDrawn(key);
      if (turn !== undefined) return turn;
    }
  }

  private drawOnce(quota: Quota, key: string): Promise<void> {
    let drawing = this.drawing.get(key);
    if (drawing === undefined) {
      drawing = this.draw(quota, key).finally(() => this.drawing.delete(key));
      this.drawing.set(key, drawing);
    }
    return drawing;
  }

  private async draw(quota: Quota, key: string): Promise<void> {
    // From the asking, not the answer: a slice must not outlive the window it was taken from.
    const asked = this.now();
    const { granted, left, endsIn } = await quota.draw(key, this.size);
    this.slices.set(key, { left: granted, rest: left, until: asked + endsIn, last: granted < this.size });
  }
}
