import { Injectable, Logger } from '@nestjs/common';
import { SqlClient } from '../../database/index.js';
import { PeriodicJob, timeOrderedUuid } from '../../infra/index.js';
import type { Ownership } from '../store/checkpoints.js';
import type { PartitionId } from '../store/failures.js';
import { fairShare } from './fair-share.js';
import { BEAT, CLAIM, DEAD_AFTER_MS, GIVE_BACK, LEAVE, type PartitionRow } from './ownership.sql.js';

/** Milliseconds between two heartbeats. */
const BEAT_EVERY = 400;

/** What works on the partitions that this instance owns. */
export interface PartitionWorker {
  /** The partition is this instance's, from this checkpoint on. */
  gained(held: Ownership, position: number): void;
  /** It is so no more; nothing that was begun can be committed. */
  lost(id: PartitionId): void;
  /** Resolves when the work on it has come to its end, so that it may be another instance's. */
  finish(id: PartitionId): Promise<void>;
  /** What each heartbeat finds of a partition that this instance owns. */
  seen(id: PartitionId, found: Pick<PartitionRow, 'due' | 'retrying'>): void;
}

/**
 * Spreads the partitions of consumers over the instances that live. Each instance beats and looks around every 400 ms;
 * one that hasn't for 1.2 s, by PostgreSQL's clock, counts as dead:
 *
 *     0      1      2     seconds
 *     A beat . kill -9
 *     B beat . beat . beat . beat: A is dead → claims, term + 1
 *
 * *Maintained invariant*: one owner per partition and term; a new owner has a new term. So two that believe to be the
 * owner (one was paused and wakes) can't both commit: `Checkpoints.move` holds each to its term.
 */
@Injectable()
export class PartitionClaims {
  /** This process, in `consumer_instances`. */
  readonly instance = timeOrderedUuid();
  private readonly logger = new Logger(PartitionClaims.name);
  private readonly held = new Map<string, Ownership>();
  private readonly leaving = new Set<string>();
  private consumers: () => readonly string[] = () => [];
  private job: PeriodicJob | undefined;
  private worker: PartitionWorker;
  private beatAt = -Infinity;
  private others = Infinity;

  constructor(private readonly sql: SqlClient) {}

  /** Begins to claim partitions of these consumers, of which there may be others each time. */
  start(consumers: () => readonly string[], worker: PartitionWorker): void {
    this.consumers = consumers;
    this.worker = worker;
    this.job = new PeriodicJob('consumer heartbeat', BEAT_EVERY, () => this.beat());
    this.job.now();
  }

  /** Gives all back: another instance owns them within a heartbeat. */
  async stop(): Promise<void> {
    if (!this.job) return;
    await this.job.stop();
    await Promise.all([...this.held.values()].map((held) => this.worker.finish(held)));
    this.held.clear();
    await this.sql.query(LEAVE, [this.instance]).catch((error: unknown) => this.logger.debug(error));
  }

  /** False if this process can't know whether it still owns what it did: it was paused, or PostgreSQL is away. */
  get certain(): boolean {
    return performance.now() - this.beatAt < DEAD_AFTER_MS;
  }

  /** Whether a heartbeat of just now has found no other instance. */
  get alone(): boolean {
    return this.certain && this.others === 0;
  }

  /** The worker has found that a partition is not this instance's. */
  forget(held: Ownership): void {
    if (this.held.get(nameOf(held)) === held) this.held.delete(nameOf(held));
  }

  private async beat(): Promise<void> {
    const began = performance.now();
    const consumers = this.consumers();
    const rows = await this.sql.query<PartitionRow>(BEAT, [this.instance, consumers]);
    this.beatAt = began;
    this.others = rows[0]?.others ?? Infinity;
    this.forgetOthers(rows);
    for (const row of rows) this.compare(row);
    for (const consumer of consumers) {
      await this.balance(
        consumer,
        rows.filter((row) => row.consumer === consumer),
      );
    }
  }

  /** What is held of consumers that are not run, or not there, any more. */
  private forgetOthers(rows: readonly PartitionRow[]): void {
    const there = new Set(rows.map(nameOf));
    for (const [name, held] of this.held) {
      if (there.has(name)) continue;
      this.held.delete(name);
      this.worker.lost(held);
    }
  }

  private compare(row: PartitionRow): void {
    const held = this.held.get(nameOf(row));
    if (!held) return;
    if (row.owner === this.instance && row.term === held.term) return this.worker.seen(row, row);
    this.held.delete(nameOf(row));
    this.worker.lost(row);
  }

  private async balance(consumer: string, rows: readonly PartitionRow[]): Promise<void> {
    const own = rows.filter((row) => row.owner === this.instance);
    // What was given up without PostgreSQL's knowing.
    for (const row of own) if (!this.held.has(nameOf(row))) await this.giveBack(row);
    if (rows.length === 0 || rows[0]!.paused) return;
    const mine = own.filter((row) => this.held.has(nameOf(row)) && !this.leaving.has(nameOf(row)));
    const share = fairShare(consumer, rows.length, rows[0]!.alive, this.instance);
    for (const row of mine.slice(share)) void this.handOver(row);
    const free = rows.filter((row) => row.free && row.owner !== this.instance);
    if (mine.length < share && free.length > 0) await this.claim(consumer, free, share - mine.length);
  }

  private async claim(consumer: string, free: readonly PartitionRow[], most: number): Promise<void> {
    interface Claimed {
      partition: number;
      position: string;
      term: string;
    }
    const partitions = free.map(({ partition }) => partition);
    const claimed = await this.sql.query<Claimed>(CLAIM, [this.instance, consumer, partitions, most]);
    for (const { partition, position, term } of claimed) {
      const held = { consumer, partition, owner: this.instance, term };
      this.held.set(nameOf(held), held);
      this.worker.gained(held, Number(position));
    }
  }

  private async handOver(row: PartitionRow): Promise<void> {
    const name = nameOf(row);
    this.leaving.add(name);
    try {
      await this.worker.finish(row);
      this.held.delete(name);
      await this.giveBack(row);
    } catch (error) {
      this.logger.debug(error);
    } finally {
      this.leaving.delete(name);
    }
  }

  private async giveBack({ consumer, partition, term }: PartitionRow): Promise<void> {
    await this.sql.query(GIVE_BACK, [this.instance, consumer, partition, term]);
  }
}

export const nameOf = ({ consumer, partition }: PartitionId): string => `${consumer} ${partition}`;
