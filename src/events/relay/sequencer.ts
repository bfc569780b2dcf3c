import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { type EventRow, eventOf } from '../log/event-row.js';
import { EventLog } from '../log/event-log.js';
import { Leadership } from './leadership.js';
import { SEQUENCE_BATCH, SEQUENCE_EVENTS } from './sequence-events.sql.js';

/** Gives committed events their positions. Does nothing unless this instance leads. */
@Injectable()
export class Sequencer {
  constructor(
    private readonly leadership: Leadership,
    private readonly log: EventLog,
  ) {}

  /** The next batch, in position order; empty when the log is up to date; null when another instance leads. */
  async sequence(): Promise<InventoryEvent[] | null> {
    const client = await this.leadership.acquire();
    if (!client) return null;
    const { rows } = await client.query<EventRow>({ ...SEQUENCE_EVENTS, values: [SEQUENCE_BATCH] });
    return rows.map((row) => eventOf(row, this.log.epoch));
  }
}
