import { Injectable } from '@nestjs/common';
import type { Client, QueryResultRow } from 'pg';
import type { InventoryEvent } from '../../contracts/index.js';
import { StatementCacheEpoch, type Statement } from '../../database/index.js';
import { type EventRow, eventOf } from '../log/event-row.js';
import { EventLog } from '../log/event-log.js';
import { READ_EVENTS, READ_HEAD } from '../log/read-events.sql.js';
import { type LeaderConnections, LeaderElection } from './leader-election.js';
import { type NumberedEvents, PendingEvents } from './pending-events.js';
import { LowWaterMark } from './low-water-mark.js';
import { NUMBER_EVENTS, SEQUENCE_BATCH, SEQUENCE_EVENTS } from './sequence-events.sql.js';

/** Rows under way on the main connection from which on the second one helps. For fewer it isn't worth waking it. */
const BUSY = 100;

/** A statement that is under way on one of the leader's connections. */
export interface SentStatement<Row> {
  rows: Promise<Row[]>;
  /** PostgreSQL's process that does it. */
  session: number;
  /** No event that it appends has a lower `seq`. */
  mark: number;
}

/** Gives committed events their positions. Does nothing unless this instance leads. */
@Injectable()
export class Sequencer {
  /** By the leadership they belong to. */
  private readonly marks = new WeakMap<LeaderConnections, LowWaterMark>();
  /** Rows of the appends under way. */
  private readonly loads = new WeakMap<Client, number>();
  private readonly plans = new StatementCacheEpoch();

  constructor(
    private readonly leadership: LeaderElection,
    private readonly log: EventLog,
    private readonly pending: PendingEvents,
  ) {}

  /** The next batch, in position order; empty when the log is up to date; null when another instance leads. */
  async sequence(): Promise<InventoryEvent[] | null> {
    // Sent at once by the leader, as the caller's place in the order is that of sending.
    const leader = this.leadership.current ?? (await this.leadership.acquire());
    this.pending.keepFor(leader);
    if (!leader) return null;
    const mark = this.markOf(leader);
    const events = this.pending.isEmpty ? await this.numberAndRead(leader) : await this.numberOwn(leader);
    this.plans.rowsInserted(events.length);
    if (events.length < SEQUENCE_BATCH) mark.caughtUp();
    return events;
  }

  /**
   * See `InlineSequencing`. Sent at once; undefined, and nothing sent, unless this instance leads.
   *
   * @param rows how many the statement is about, at most
   */
  append<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[],
    rows: number,
  ): SentStatement<Row> | undefined {
    const leader = this.leadership.current;
    if (!leader) return undefined;
    const { main, second } = leader;
    const [load, other] = [this.loadOf(main), this.loadOf(second)];
    const client = load >= BUSY && other < load ? second : main;
    this.loads.set(client, this.loadOf(client) + rows);
    const mark = this.markOf(leader).value;
    const answer = this.ask<Row>(client, statement, [...values, mark]);
    const done = answer.finally(() => this.loads.set(client, this.loadOf(client) - rows));
    return { rows: done, session: leader.sessions.get(client)!, mark };
  }

  /**
   * Maintenance, for after each step of the relay, never before the first batch: raises the low-water mark, and keeps
   * both connections of the leader below PostgreSQL's `idle_session_timeout`.
   */
  async maintain(): Promise<void> {
    const leader = this.leadership.current;
    if (!leader) return;
    const raised = await this.markOf(leader).raise(leader.main);
    if (raised) await leader.second.query('SELECT');
  }

  /**
   * The same without reading them, for a backlog; null also when the log is up to date. Never becomes the leader: a new
   * leader must begin with `sequence`, since it is unknown what was invalidated meanwhile.
   */
  async number(): Promise<NumberedEvents | null> {
    const leader = this.leadership.current;
    if (!leader) return null;
    const numbered = await this.numberOn(leader);
    this.plans.rowsInserted(numbered?.eventIds.length ?? 0);
    return numbered;
  }

  /** The last position, which only this instance can have given while it leads; null if it doesn't any more. */
  async lastPosition(): Promise<number | null> {
    const leader = this.leadership.current;
    if (!leader) return null;
    const [row] = await this.ask<{ position: string }>(leader.main, READ_HEAD, []);
    return Number(row!.position);
  }

  /** Events of other processes: one statement for both. */
  private async numberAndRead(leader: LeaderConnections): Promise<InventoryEvent[]> {
    const values = [SEQUENCE_BATCH, this.markOf(leader).value];
    const rows = await this.ask<EventRow>(leader.main, SEQUENCE_EVENTS, values);
    const events = rows.map((row) => eventOf(row, this.log.epoch));
    // Announced since the statement was sent.
    this.pending.forget(events);
    return events;
  }

  /**
   * Events that this process has written, so that it has them already; if there are others among them, all are read.
   */
  private async numberOwn(leader: LeaderConnections): Promise<InventoryEvent[]> {
    const numbered = await this.numberOn(leader);
    if (!numbered) return [];
    const own = await this.pending.take(numbered);
    if (own) return own;
    const values = [numbered.after, numbered.eventIds.length];
    const rows = await this.ask<EventRow>(leader.main, READ_EVENTS, values);
    return rows.map((row) => eventOf(row, this.log.epoch));
  }

  private async numberOn(leader: LeaderConnections): Promise<NumberedEvents | null> {
    const values = [SEQUENCE_BATCH, this.markOf(leader).value];
    const [row] = await this.ask<{ after: string; eventIds: string | null }>(leader.main, NUMBER_EVENTS, values);
    const { after, eventIds } = row!;
    return eventIds === null ? null : { after: Number(after), eventIds: eventIds.split(',') };
  }

  private async ask<Row extends QueryResultRow>(
    client: Client,
    statement: Statement,
    values: unknown[],
  ): Promise<Row[]> {
    const { name, text } = statement;
    const { rows } = await client.query<Row>({ name: name + this.plans.suffix, text, values });
    return rows;
  }

  private markOf(leader: LeaderConnections): LowWaterMark {
    const known = this.marks.get(leader) ?? new LowWaterMark();
    this.marks.set(leader, known);
    return known;
  }

  private loadOf(client: Client): number {
    return this.loads.get(client) ?? 0;
  }
}
