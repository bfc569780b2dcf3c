import { Controller, Get, Query } from '@nestjs/common';
import { Access } from '../../auth/index.js';
import type { AuditedEvent } from '../../contracts/index.js';
import { TakesQuery } from '../../http/index.js';
import type { EventStats } from '../event-stats.js';
import { InventoryEventService } from '../inventory-event.service.js';
import { EventLog } from '../log/event-log.js';
import { AwaitSequenced } from '../commit/await-sequenced.js';
import { EpochChangedError } from './epoch-changed.error.js';
import { ReadEventsQuery } from './read-events.dto.js';

interface EventsPage {
  epoch: string;
  events: AuditedEvent[];
  /** Pass as `after` to go on. */
  nextAfter: number;
  /** Newest position in the log when it was read. */
  lastPosition: number;
}

@Controller('events')
export class EventsController {
  constructor(
    private readonly log: EventLog,
    private readonly awaitSequenced: AwaitSequenced,
    private readonly events: InventoryEventService,
  ) {}

  @Get()
  @TakesQuery()
  @Access('admin')
  async read(@Query() query: ReadEventsQuery): Promise<EventsPage> {
    const { after, epoch, limit, ...filter } = query;
    if (epoch !== undefined && epoch.toLowerCase() !== this.log.epoch) throw new EpochChangedError();
    await this.awaitSequenced.all();
    // The head is read first: an event that comes between the two reads must not be jumped over by nextAfter.
    const head = await this.log.head();
    const { events, more, reached = last(events) } = await this.log.readAuditedPage(after, limit, filter);
    const nextAfter = more ? reached : Math.max(after, head.position, last(events));
    return { epoch: this.log.epoch, events, nextAfter, lastPosition: Math.max(head.position, last(events)) };
  }

  @Get('stats')
  @Access('admin')
  stats(): Promise<EventStats> {
    return this.events.getEventStats();
  }
}

function last(events: readonly AuditedEvent[]): number {
  return events.at(-1)?.position ?? 0;
}
