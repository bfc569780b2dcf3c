import { setTimeout as sleep } from 'node:timers/promises';

/** How often something is read. */
export interface ReadingRate {
  /** Readings at once, after a while without any. */
  atOnce: number;
  /** And over time. */
  perSecond: number;
}

/**
 * Something costly that strangers may ask for without a limit of requests, as monitoring does. What is answered was
 * read after the request came; those who ask more often than the rate allows wait for the next reading, and all who
 * wait share it.
 */
export class BoundedReading<Result> {
  private readings: number;
  private at = performance.now();
  /** A reading that has not begun. */
  private next: Promise<Result> | undefined;
  /** Resolves when the one that is under way has ended, however it ends. */
  private ended: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly readAnew: () => Promise<Result>,
    private readonly rate: ReadingRate,
  ) {
    this.readings = rate.atOnce;
  }

  read(): Promise<Result> {
    return (this.next ??= this.whenAllowed());
  }

  private async whenAllowed(): Promise<Result> {
    await this.ended;
    for (let wait = this.take(); wait > 0; wait = this.take()) await sleep(Math.ceil(wait), undefined, { ref: false });
    this.next = undefined;
    const reading = this.readAnew();
    this.ended = reading.catch(() => undefined);
    return reading;
  }

  /** @returns milliseconds until a reading is allowed; 0: this one is */
  private take(): number {
    const { atOnce, perSecond } = this.rate;
    const now = performance.now();
    this.readings = Math.min(atOnce, this.readings + ((now - this.at) / 1_000) * perSecond);
    this.at = now;
    if (this.readings < 1) return ((1 - this.readings) / perSecond) * 1_000;
    this.readings -= 1;
    return 0;
  }
}
