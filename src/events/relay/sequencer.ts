import { Injectable } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { type EventRow, eventOf } from '../log/event-row.js';
import { EventLog } from '../log/event-log.js';
import { Leadership } from './leadership.js';
import { SEQUENCE_EVENTS } from './sequence-events.sql.js';

/** Events sequenced and published together; bounds memory and the length of the transaction. */
export const SEQUENCE_BATCH = 1_000;

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
