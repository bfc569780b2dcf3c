import { IsIn, IsInt, IsUUID, Max, Min } from 'class-validator';
import { EVENT_TYPES, type EventType } from '../../contracts/index.js';
import { IsId, IsSlug, Optional, QueryNumber } from '../../validation/index.js';

export class ReadEventsQuery {
  /** Position of the last event already seen. */
  @QueryNumber()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after: number = 0;

  /** Epoch the position belongs to; another one is answered with 410. */
  @Optional()
  @IsUUID()
  epoch?: string;

  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(1000)
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
  @IsIn(EVENT_TYPES)
  eventType?: EventType;
}
