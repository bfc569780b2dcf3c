import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppConfig } from '../../config/index.js';
import { SqlClient } from '../../database/index.js';
import { Clock, Metrics, PeriodicJob } from '../../infra/index.js';
import {
  notesHash,
  recordLine,
  SegmentContents,
  SegmentNotes,
  sealedNames,
  unpackSegment,
} from '../../sealed-log/index.js';
import { EventLog } from '../log/event-log.js';
import { UnpackedSegment } from '../log/unpacked-segment.js';
import { RecordReader } from '../seals/record-reader.js';
import { LeaderElection } from '../sequencer/leader-election.js';
import { DELETE_MOVED, MOVE_SEGMENT, NEXT_TO_DELETE, NEXT_TO_MOVE } from './move-segments.sql.js';

/** Milliseconds between looks. */
const EVERY = 60_000;
const DAY = 86_400_000;
/** Newest positions that stay, however old they are: twice as many as are searched for a client that comes back. */
const STAYING = 100_000;
/**
 * Without `LOG_RETENTION`: newest positions that stay, for how long all stay at least, and milliseconds after its start
 * at which an instance begins to move others. By then a rolling update is over, and no instance of a version runs that
 * knows nothing of events that have moved.
 */
const BY_DEFAULT = { staying: 1_000_000, keptFor: DAY, after: 3_600_000 };
/** Positions whose events one statement deletes: their rows are locked for 2 ms. */
const STEP = 100;
/** Rest after each statement, as a multiple of the time it took. */
const REST = 3;

/** The table and a segment differ: what is sealed must not take the place of what is there. */
export class UnlikeSealError extends Error {
  constructor(position: number) {
    super(
      `The event at position ${position} is not what was sealed, so nothing is moved from there on: see npm run verify`,
    );
  }
}

interface NextSegment {
  first: number;
  last: number;
  hash: string;
  packed: Buffer;
}

type NextToDelete = { position: number | null; movedUpTo: number };

/**
 * Moves events out of the table when they are older than `LOG_RETENTION` or, without it, when 1,000,000 positions
 * follow: the leader, segment by segment.
 *
 *     sealed ──→ compared with the rows ──→ moved_up_to raised ──→ rows deleted, 100 positions at a time
 *                                           readers: table │ segment
 *
 * A segment moves when all of its events are old enough, every durable consumer has passed it, and 100,000 positions
 * follow. Idempotency keys live for a day, which is the shortest retention. Events of vendors stay in the table: their
 * names aren't sealed. All statements may come twice or late: they look themselves for how far events may go.
 *
 * *Maintained invariant*: a row is only deleted when its record, byte for byte, is in a segment whose hash is right,
 * and readers have been sent there.
 */
@Injectable()
export class LogRetention implements OnApplicationBootstrap, OnModuleDestroy {
  /** Milliseconds for which events stay in the table; tests take fewer, and fewer positions. */
  keptFor = (this.config.logRetentionDays ?? BY_DEFAULT.keptFor / DAY) * DAY;
  staying = this.config.logRetentionDays === undefined ? BY_DEFAULT.staying : STAYING;
  /** Milliseconds after the start at which the first may move. */
  after = this.config.logRetentionDays === undefined ? BY_DEFAULT.after : 0;
  private readonly logger = new Logger(LogRetention.name);
  private readonly stopping = new AbortController();
  private readonly deletion = this.metrics.histogram(
    'inventory_log_deletion_seconds',
    'Times for which rows of the log that have moved to segments were locked to be deleted.',
  );
  private job: PeriodicJob | undefined;
  private complaint = '';
  /** Nothing that has moved is in the table up to here. */
  private deletedUpTo = 0;
  private epoch = '';
  private readonly began = performance.now();

  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
    private readonly leadership: LeaderElection,
    private readonly records: RecordReader,
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.job = new PeriodicJob(LogRetention.name, EVERY, () => this.run());
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.job?.stop();
  }

  /** Moves all that may move. Throws what the driver throws, and an `AbortError` when the instance ends. */
  async run(): Promise<void> {
    try {
      while (this.leadership.held && performance.now() - this.began >= this.after) {
        await this.deleteMoved();
        const before = new Date(this.clock.now() - this.keptFor);
        const [next] = await this.sql.query<NextSegment & Record<string, unknown>>(NEXT_TO_MOVE, [
          before,
          this.staying,
        ]);
        if (!next || !(await this.move(next))) return;
      }
    } catch (error) {
      if (!this.stopping.signal.aborted) this.metrics.errors.inc({ type: 'retention' });
      if (!(error instanceof UnlikeSealError)) throw error;
      if (error.message !== this.complaint) this.logger.error(error.message);
      this.complaint = error.message;
    }
  }

  /** @returns false if the history is another one by now, or another instance was faster */
  private async move({ first, last, hash, packed }: NextSegment): Promise<boolean> {
    const { bytes, error } = await unpackSegment(packed);
    if (error || createHash('sha256').update(bytes).digest('hex') !== hash) throw new UnlikeSealError(first);
    const segment = new UnpackedSegment(first, last, bytes);
    const [notes, contents] = [new SegmentNotes(last - first + 1), new SegmentContents()];
    let lastEvent = '';
    for (let next = first; next <= last;) {
      const began = performance.now();
      for (const { row, line, nameless } of await this.records.read(next, last)) {
        const sealed = segment.line(next);
        const mayBe = sealed === line || !nameless ? line : recordLine(row, sealedNames(sealed));
        if (sealed !== mayBe) throw new UnlikeSealError(next);
        notes.add(row, sealed);
        contents.add({ row });
        lastEvent = row.eventId;
        next += 1;
      }
      await this.rest(began);
    }
    const { times, digests, firstSeqs, lastSeqs, firstPositions } = notes;
    const noted = notesHash({ ...segment.head, ...contents.summary(), hash, packed, size: bytes.length }, notes);
    const values = [first, last, hash, lastEvent, times, digests, firstSeqs, lastSeqs, firstPositions, noted];
    const moved = await this.sql.query(MOVE_SEGMENT, values);
    if (moved.length > 0) this.logger.log(`Moved positions ${first} to ${last} out of the table`);
    return moved.length > 0;
  }

  /** Also what an instance before has left. */
  private async deleteMoved(): Promise<void> {
    if (this.epoch !== this.log.epoch) [this.epoch, this.deletedUpTo] = [this.log.epoch, 0];
    for (;;) {
      const [row] = await this.sql.query<NextToDelete>(NEXT_TO_DELETE, [this.deletedUpTo]);
      const { position, movedUpTo } = row!;
      if (position === null) return;
      const began = performance.now();
      const upTo = Math.min(movedUpTo, position + STEP - 1);
      await this.sql.query(DELETE_MOVED, [position - 1, upTo]);
      this.deletion.observe((performance.now() - began) / 1_000);
      this.deletedUpTo = upTo;
      await this.rest(began);
    }
  }

  private rest(began: number): Promise<void> {
    return sleep((performance.now() - began) * REST, undefined, { signal: this.stopping.signal });
  }
}
