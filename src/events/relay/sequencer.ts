import { Injectable } from '@nestjs/common';
import type { Client, QueryResultRow } from 'pg';
import type { InventoryEvent } from '../../contracts/index.js';
import { PlanGeneration, type Statement } from '../../infra/index.js';
import { type EventRow, eventOf } from '../log/event-row.js';
import { EventLog } from '../log/event-log.js';
import { READ_EVENTS_AS_JSON } from '../log/read-events.sql.js';
import { Leadership } from './leadership.js';
import { type NumberedEvents, OwnEvents } from './own-events.js';
import { SequenceFloor } from './sequence-floor.js';
import { NUMBER_EVENTS, SEQUENCE_BATCH, SEQUENCE_EVENTS } from './sequence-events.sql.js';

/** Gives committed events their positions. Does nothing unless this instance leads. */
@Injectable()
export class Sequencer {
  private readonly floors = new WeakMap<Client, SequenceFloor>();
  private readonly plans = new PlanGeneration();

  constructor(
    private readonly leadership: Leadership,
    private readonly log: EventLog,
    private readonly own: OwnEvents,
  ) {}

  /** The next batch, in position order; empty when the log is up to date; null when another instance leads. */
  async sequence(): Promise<InventoryEvent[] | null> {
    // Sent at once by the leader, as the caller's place in the order is that of sending.
    const client = this.leadership.current ?? (await this.leadership.acquire());
    this.own.keepFor(client);
    if (!client) return null;
    const floor = this.floorOf(client);
    const events = this.own.isEmpty ? await this.numberAndRead(client) : await this.numberOwn(client);
    this.plans.grown(events.length);
    if (events.length < SEQUENCE_BATCH) floor.drained();
    return events;
  }

  /** See `PositionedAppend`. Sent at once; undefined, and nothing sent, unless this instance leads. */
  append<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> | undefined {
    const client = this.leadership.current;
    return client ? this.ask<Row>(client, statement, [...values, this.floorOf(client).value]) : undefined;
  }

  /** To be called now and then, and not before a batch is on its way: sees to it that the next scan can begin further on. */
  async look(): Promise<void> {
    const client = this.leadership.current;
    if (client) await this.floorOf(client).look(client);
  }

  /**
   * The same without reading them, for a backlog; null also when the log is up to date. Never becomes the leader: who
   * does has to learn of it, since nobody knows what was invalidated meanwhile.
   */
  async number(): Promise<NumberedEvents | null> {
    const client = this.leadership.current;
    if (!client) return null;
    const numbered = await this.numberOn(client);
    this.plans.grown(numbered?.eventIds.length ?? 0);
    return numbered;
  }

  /** Events of other processes: one statement for both. */
  private async numberAndRead(client: Client): Promise<InventoryEvent[]> {
    const rows = await this.ask<EventRow>(client, SEQUENCE_EVENTS, [SEQUENCE_BATCH, this.floorOf(client).value]);
    const events = rows.map((row) => eventOf(row, this.log.epoch));
    // Announced since the statement was sent.
    this.own.forget(events);
    return events;
  }

  /** Events that this process has written, so that it has them already; if there are others among them, all are read. */
  private async numberOwn(client: Client): Promise<InventoryEvent[]> {
    const numbered = await this.numberOn(client);
    if (!numbered) return [];
    const own = await this.own.take(numbered);
    if (own) return own;
    const { after, eventIds } = numbered;
    const values = [after, eventIds.length, this.log.epoch];
    const [row] = await this.ask<{ json: string }>(client, READ_EVENTS_AS_JSON, values);
    return JSON.parse(row!.json) as InventoryEvent[];
  }

  private async numberOn(client: Client): Promise<NumberedEvents | null> {
    const values = [SEQUENCE_BATCH, this.floorOf(client).value];
    const [row] = await this.ask<{ after: string; eventIds: string | null }>(client, NUMBER_EVENTS, values);
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

  private floorOf(client: Client): SequenceFloor {
    const known = this.floors.get(client) ?? new SequenceFloor();
    this.floors.set(client, known);
    return known;
  }
}
