import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import {
  actorOf,
  type EventActor,
  type EventCause,
  type NewInventoryEvent,
  type Principal,
} from '../contracts/index.js';
import { newEventId } from '../events/index.js';
import { Clock, MarketCalendar, ValidationFailedError } from '../infra/index.js';
import { ORIGIN_RULES } from '../validation/index.js';

/** What a caller says of itself. */
export interface Caller {
  /** Who asks. Absent: code in the process, which is trusted. */
  by?: Principal | undefined;
  /** Whom the events name, if not `by`. */
  actor?: EventActor | undefined;
  /** Stored on the events; made up when absent. */
  correlationId?: string | undefined;
  cause?: EventCause | undefined;
}

/** What the events of a change say of how it came about; one object for all the commands of a call. */
export type WriteOrigin = Pick<NewInventoryEvent, 'actor' | 'cause' | 'correlationId'>;

/** Throws `ValidationFailedError`: what a caller says goes into a statement that many writes share. */
export function writeOrigin(caller: Caller): WriteOrigin {
  for (const field of ['actor', 'cause', 'correlationId'] as const) {
    const message = caller[field] === undefined ? undefined : ORIGIN_RULES[field](caller[field]);
    if (message !== undefined) throw new ValidationFailedError([{ field, message }]);
  }
  const { by, actor = actorOf(by), correlationId = newEventId(), cause = {} } = caller;
  return { actor, cause, correlationId };
}

export interface EventMoment extends Pick<NewInventoryEvent, 'region' | 'occurredAt'> {
  /** The market's day of `occurredAt`. */
  marketDay: string;
}

/** A day begins with a minute: to ask the calendar for each batch takes 2 % of a change's time in the process. */
const MINUTE = 60_000;

/** Where and when events of this process come about. */
@Injectable()
export class EventOrigin {
  private minute = NaN;
  private marketDay = '';

  constructor(
    private readonly clock: Clock,
    private readonly calendar: MarketCalendar,
    private readonly config: AppConfig,
  ) {}

  now(): EventMoment {
    const now = this.clock.now();
    const occurredAt = new Date(now).toISOString();
    const minute = Math.floor(now / MINUTE);
    if (minute !== this.minute) {
      this.marketDay = this.calendar.dayOf(now);
      this.minute = minute;
    }
    return { region: this.config.region, occurredAt, marketDay: this.marketDay };
  }
}
