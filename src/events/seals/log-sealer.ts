import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { SqlClient } from '../../database/index.js';
import { Clock, Metrics, PeriodicJob } from '../../infra/index.js';
import { type SealedEvent, sealSegment } from '../../sealed-log/index.js';
import { LeaderElection } from '../sequencer/leader-election.js';
import { KEEP_SEGMENT, READ_ENDS } from './log-segments.sql.js';
import { ChangedEventError, expectUnchanged, LogTail, type TailDigests } from './log-tail.js';
import { MissingEventError, type ReadRecord, RecordReader } from './record-reader.js';

/** Milliseconds between looks. */
const EVERY = 5_000;
/** Positions a second with which writers have enough to do, and how many may wait for a seal meanwhile. */
const BUSY = 200;
const MOST_BEHIND = 200_000;
/** Positions of a segment, and canonical bytes at which it ends before. */
const POSITIONS = 10_000;
const BYTES = 32 * 1024 * 1024;
/** Rest after each batch, as a multiple of the time it took. */
const REST = 3;

interface Ends {
  head: string;
  epoch: string;
  last: string;
  hash: string | null;
}

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
  positions = POSITIONS;
  private readonly logger = new Logger(LogSealer.name);
  private readonly stopping = new AbortController();
  private job: PeriodicJob | undefined;
  private seen = { head: 0, at: 0 };
  private complaint = '';

  constructor(
    private readonly sql: SqlClient,
    private readonly leadership: LeaderElection,
    private readonly records: RecordReader,
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
   * Seals all that is due. Throws what the driver throws, and an `AbortError` when the instance ends.
   *
   * @param patiently whether writers come first
   */
  async run(patiently = false): Promise<void> {
    try {
      while (this.leadership.held) {
        const ends = await this.ends();
        if (patiently && this.isBusy(ends)) return;
        if (!(await this.sealNext(ends))) return await this.extendTail(Number(ends.head));
      }
    } catch (error) {
      if (!this.stopping.signal.aborted) this.metrics.errors.inc({ type: 'seals' });
      if (!(error instanceof MissingEventError || error instanceof ChangedEventError)) throw error;
      if (error.message !== this.complaint) this.logger.error(error.message);
      this.complaint = error.message;
    }
  }

  private async ends(): Promise<Ends> {
    const [ends] = await this.sql.query<Ends & Record<string, unknown>>(READ_ENDS);
    return ends!;
  }

  private isBusy({ head, last }: Ends): boolean {
    const { head: before, at } = this.seen;
    this.seen = { head: Number(head), at: this.clock.now() };
    const written = this.seen.head - before;
    const seconds = Math.max(1, (this.seen.at - at) / 1_000);
    return at > 0 && written / seconds > BUSY && this.seen.head - Number(last) < MOST_BEHIND;
  }

  /** @returns whether it has sealed a segment */
  private async sealNext({ head, epoch, last, hash }: Ends): Promise<boolean> {
    const first = Number(last) + 1;
    const upTo = first + this.positions - 1;
    if (Number(head) < upTo) return false;
    const known = await this.tail.digests(first, upTo);
    const reading = new SegmentReading(this.records, known, (began) => this.rest(began));
    const segment = await sealSegment({ epoch, first, previous: hash }, reading.batches(first, upTo));
    const values = [first, segment.last, epoch, hash, segment.hash, segment.size, segment.packed, segment.keys];
    const kept = await this.sql.query(KEEP_SEGMENT, [...values, segment.from, segment.until, reading.lastEvent]);
    if (kept.length === 0) return false;
    await this.tail.trim();
    const { size, packed } = segment;
    this.logger.log(`Sealed positions ${first} to ${segment.last}: ${packed.length} bytes for ${size}`);
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

/** The events of one segment. */
class SegmentReading {
  lastEvent: string | undefined;
  private size = 0;

  constructor(
    private readonly records: RecordReader,
    private readonly known: TailDigests,
    private readonly rest: (began: number) => Promise<void>,
  ) {}

  async *batches(first: number, upTo: number): AsyncGenerator<SealedEvent[], void, undefined> {
    for (let next = first; next <= upTo && this.size < BYTES;) {
      const began = performance.now();
      const events = this.within(await this.records.read(next, upTo));
      expectUnchanged(events, this.known);
      next += events.length;
      yield events;
      await this.rest(began);
    }
  }

  private within(events: readonly ReadRecord[]): ReadRecord[] {
    let taken = 0;
    while (taken < events.length && this.size < BYTES) this.size += events[taken++]!.line.length;
    this.lastEvent = events[taken - 1]!.row.eventId;
    return events.slice(0, taken);
  }
}
