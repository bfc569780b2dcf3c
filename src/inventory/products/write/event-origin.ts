import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { Clock } from '../../../infra/index.js';
import type { EventContext } from './product-events.js';

/** Where and when events of this process come about. */
@Injectable()
export class EventOrigin {
  constructor(
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  now(): Pick<EventContext, 'region' | 'occurredAt'> {
    return { region: this.config.region, occurredAt: new Date(this.clock.now()).toISOString() };
  }
}
