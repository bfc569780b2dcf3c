import { EVENT_TYPES, type EventType } from '../../contracts/index.js';
import { Fits, IsId, IsOneOf, IsQueryNumber, IsSlug, Optional, uuidRule } from '../../validation/index.js';

export class ReadEventsQuery {
  /** Position of the last event already seen. */
  @IsQueryNumber(0, Number.MAX_SAFE_INTEGER)
  after: number = 0;

  /** Epoch the position belongs to; another one is answered with 410. */
  @Optional()
  @Fits(uuidRule)
  epoch?: string;

  @IsQueryNumber(1, 1_000)
  limit: number = 100;

  @Optional()
  @IsId()
  vendorId?: string;

  @Optional()
  @IsId()
  productId?: string;

  @Optional()
  @IsSlug()
  category?: string;

  @Optional()
  @IsOneOf(EVENT_TYPES)
  eventType?: EventType;
}
