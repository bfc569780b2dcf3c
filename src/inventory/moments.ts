import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProjectionPositions } from '../consumers/index.js';
import type { Moment } from '../contracts/index.js';
import { AwaitSequenced, EventLog, InventoryEventService } from '../events/index.js';
import { Clock, dayAfter, MarketCalendar, UnavailableError, ValidationFailedError } from '../infra/index.js';
import { isDay, isPosition } from './as-of-rule.js';

/** The projection that keeps all versions of products and vendors. */
export const PRODUCT_HISTORY = 'product-history';
/**
 * Milliseconds to wait for it: it is behind the log by up to 1,000, and by more while much is written, or while this
 * instance runs alone, and so ends its rests.
 */
const REACHED_WITHIN = 2_000;
/** The same for readers of the present, and positions that it makes up in that time. */
const REACHED_SOON = 250;
const SOON_MADE_UP = 2_500;
const FOR_EVER = 'public, max-age=31536000, immutable';

/** A moment that a request asks for. */
export interface AskedMoment extends Moment {
  /** It was named by its position: what is known there never changes. */
  isFixed: boolean;
}

/** From `asOf` to the position that it means. */
@Injectable()
export class Moments {
  constructor(
    private readonly log: EventLog,
    private readonly events: InventoryEventService,
    private readonly awaitSequenced: AwaitSequenced,
    private readonly positions: ProjectionPositions,
    private readonly calendar: MarketCalendar,
    private readonly clock: Clock,
  ) {}

  /**
   * A position is itself; a time means all that had happened by then, a market day all that had by its end. Throws
   * `ValidationFailedError` for what is still to come.
   */
  async of(asOf: string): Promise<AskedMoment> {
    const isFixed = isPosition(asOf);
    const position = isFixed ? await this.sequenced(Number(asOf)) : await this.positionBy(asOf);
    return { position, knownAt: await this.log.timeOf(position), isFixed };
  }

  /** The same when the history of products reaches there. Throws `UnavailableError` if it doesn't soon. */
  async inHistory(asOf: string): Promise<AskedMoment> {
    const moment = await this.of(asOf);
    await this.awaitHistory(moment.position);
    return moment;
  }

  /** Throws `UnavailableError` if the history of products doesn't reach there soon. */
  async awaitHistory(position: number): Promise<void> {
    if (await this.positions.reaches(PRODUCT_HISTORY, position, REACHED_WITHIN)) return;
    const reached = await this.positions.read(PRODUCT_HISTORY);
    throw new UnavailableError(`The history is known up to position ${reached}, and not yet up to ${position}`);
  }

  /** Whether the history of products reaches there in a moment, for which a reader of the present may wait. */
  async reachesSoon(position: number): Promise<boolean> {
    const reached = await this.positions.read(PRODUCT_HISTORY);
    return position - reached <= SOON_MADE_UP && this.positions.reaches(PRODUCT_HISTORY, position, REACHED_SOON);
  }

  private async sequenced(position: number): Promise<number> {
    if (position <= this.events.cursor.position) return position;
    const head = await this.awaitSequenced.all();
    if (position <= head) return position;
    throw tooLate(`is ahead of the log, which reaches to ${head}`);
  }

  private async positionBy(asOf: string): Promise<number> {
    const now = this.clock.now();
    const end = isDay(asOf) ? this.calendar.startOf(dayAfter(asOf)) : Date.parse(asOf) + 1;
    if (isDay(asOf) ? asOf > this.calendar.dayOf(now) : end - 1 > now) throw tooLate('is still to come');
    await this.awaitSequenced.all();
    return this.log.lastBefore(new Date(end).toISOString());
  }
}

/** What was known at a position may be kept for ever; what was at a time, only if it is asked whether it holds. */
export function cacheFor(reply: FastifyReply, isFixed: boolean): void {
  void reply.header('cache-control', isFixed ? FOR_EVER : 'no-cache');
}

const tooLate = (message: string): ValidationFailedError => new ValidationFailedError([{ field: 'asOf', message }]);
