import { Injectable } from '@nestjs/common';
import type { Client } from 'pg';
import type { InventoryEvent } from '../../contracts/index.js';
import { type EventRow, eventOf } from '../log/event-row.js';
import { EventLog } from '../log/event-log.js';
import { Leadership } from './leadership.js';
import { SequenceFloor } from './sequence-floor.js';
import { NUMBER_EVENTS, SEQUENCE_BATCH, SEQUENCE_EVENTS } from './sequence-events.sql.js';

/** Events that have got their positions, contiguous, and are still to be read. */
export interface NumberedEvents {
  /** The position before the first one's. */
  after: number;
  /** In no order. */
  eventIds: string[];
}

/** Gives committed events their positions. Does nothing unless this instance leads. */
@Injectable()
export class Sequencer {
  private readonly floors = new WeakMap<Client, SequenceFloor>();

  constructor(
    private readonly leadership: Leadership,
    private readonly log: EventLog,
  ) {}

  /** The next batch, in position order; empty when the log is up to date; null when another instance leads. */
  async sequence(): Promise<InventoryEvent[] | null> {
    const client = await this.leadership.acquire();
    if (!client) return null;
    const floor = this.floorOf(client);
    const { rows } = await client.query<EventRow>({ ...SEQUENCE_EVENTS, values: [SEQUENCE_BATCH, floor.value] });
    if (rows.length < SEQUENCE_BATCH) floor.drained();
    if (rows.length > 0) await floor.look(client);
    return rows.map((row) => eventOf(row, this.log.epoch));
  }

  /**
   * The same without reading them, for a backlog; null also when the log is up to date. Never becomes the leader: who
   * does has to learn of it, since nobody knows what was invalidated meanwhile.
   */
  async number(): Promise<NumberedEvents | null> {
    const client = this.leadership.held ? await this.leadership.acquire() : null;
    if (!client) return null;
    const { rows } = await client.query<{ after: string; eventIds: string | null }>({
      ...NUMBER_EVENTS,
      values: [SEQUENCE_BATCH, this.floorOf(client).value],
    });
    const { after, eventIds } = rows[0]!;
    return eventIds === null ? null : { after: Number(after), eventIds: eventIds.split(',') };
  }

  private floorOf(client: Client): SequenceFloor {
    const known = this.floors.get(client) ?? new SequenceFloor();
    this.floors.set(client, known);
    return known;
  }
}
