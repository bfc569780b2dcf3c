import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clock, Metrics, PeriodicJob } from '../../infra/index.js';
import { LeaderElection } from '../sequencer/leader-election.js';
import { ChangedEventError, LogTail } from './log-tail.js';
import { MissingEventError } from './record-reader.js';
import { type LogEnds, SEGMENT_POSITIONS, SegmentMaker } from './segment-maker.js';

/** Milliseconds between looks. */
const EVERY = 5_000;
/** Positions a second with which writers have enough to do, and how many may wait for a seal meanwhile. */
const BUSY = 200;
const MOST_BEHIND = 200_000;
/** Rest after each batch, as a multiple of the time it took. */
const REST = 3;

/**
 * Seals the log: as soon as there are 10,000 positions behind the newest segment, the leader makes the next one of
 * them. It reads in small batches and rests three times as long as each took, and compresses on a thread of libuv; a
 * segment takes about two seconds. While more than 200 events a second are written, it waits, unless 200,000 are
 * unsealed. What isn't enough for a segment yet is noted in the tail.
 *
 * *Maintained invariant*: segments follow each other without a gap from position 1 on, each names the hash of the one
 * before, and all are of the history that the database has now.
 */
@Injectable()
export class LogSealer implements OnApplicationBootstrap, OnModuleDestroy {
  /** Of a segment; tests take fewer. */
  positions = SEGMENT_POSITIONS;
  private readonly logger = new Logger(LogSealer.name);
  private readonly stopping = new AbortController();
  private job: PeriodicJob | undefined;
  private seen = { head: 0, at: 0 };
  private complaint = '';
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly maker: SegmentMaker,
    private readonly leadership: LeaderElection,
    private readonly tail: LogTail,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.job = new PeriodicJob(LogSealer.name, EVERY, () => this.run(true));
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.job?.stop();
  }

  /**
   * Seals all that is due, after what is under way. Rejects with what the driver throws, and with an `AbortError` when
   * the instance ends.
   *
   * @param patiently whether writers come first
   */
  run(patiently = false): Promise<void> {
    const run = this.running.then(() => this.sealAll(patiently));
    this.running = run.catch(() => undefined);
    return run;
  }

  private async sealAll(patiently: boolean): Promise<void> {
    try {
      while (this.leadership.held) {
        const ends = await this.maker.ends();
        if (patiently && this.isBusy(ends)) return;
        if (!(await this.sealNext(ends))) return await this.extendTail(ends.head);
      }
    } catch (error) {
      if (!this.stopping.signal.aborted) this.metrics.errors.inc({ type: 'seals' });
      if (!(error instanceof MissingEventError || error instanceof ChangedEventError)) throw error;
      if (error.message !== this.complaint) this.logger.error(error.message);
      this.complaint = error.message;
    }
  }

  private isBusy({ head, last }: LogEnds): boolean {
    const { head: before, at } = this.seen;
    this.seen = { head, at: this.clock.now() };
    const written = this.seen.head - before;
    const seconds = Math.max(1, (this.seen.at - at) / 1_000);
    return at > 0 && written / seconds > BUSY && this.seen.head - last < MOST_BEHIND;
  }

  /** @returns whether it has sealed a segment */
  private async sealNext(ends: LogEnds): Promise<boolean> {
    const sealed = await this.maker.sealNext(ends, this.positions, (began) => this.rest(began));
    if (!sealed) return false;
    const { first, last, size, packed } = sealed;
    this.logger.log(`Sealed positions ${first} to ${last}: ${packed} bytes for ${size}`);
    return true;
  }

  private async extendTail(upTo: number): Promise<void> {
    for (;;) {
      const began = performance.now();
      if (!(await this.tail.extend(upTo))) return;
      await this.rest(began);
    }
  }

  private rest(began: number): Promise<void> {
    return sleep((performance.now() - began) * REST, undefined, { signal: this.stopping.signal });
  }
}
