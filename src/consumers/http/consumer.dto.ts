import { CONSUMER_FILTER_RULES } from './consumer-rules.js';
import type { ConsumerFilter, ConsumerStart, FailureMode } from '../../contracts/index.js';
import { FAILURE_MODES } from '../../contracts/index.js';
import {
  booleanRule,
  Fits,
  IsId,
  IsOneOf,
  IsQueryNumber,
  Optional,
  recordRule,
  uuidRule,
  wholeNumberRule,
} from '../../validation/index.js';
import { FAILED_EVENT_RULES, startRule } from './consumer-rules.js';

export class CreateConsumerBody {
  @IsId()
  name: string;

  @Fits(recordRule(CONSUMER_FILTER_RULES))
  filter: ConsumerFilter = {};

  @Fits(startRule)
  from: ConsumerStart = 'now';

  @IsOneOf(FAILURE_MODES)
  onFailure: FailureMode = 'block';

  @Fits(wholeNumberRule(1, 1_000))
  maxAttempts: number = 10;
}

export class UpdateConsumerBody {
  @Fits(booleanRule)
  paused: boolean;
}

export class ConsumerEventsQuery {
  @IsQueryNumber(1, 1_000)
  max: number = 100;

  /** How long to wait if there is nothing. */
  @IsQueryNumber(0, 30)
  waitSeconds: number = 0;
}

/** With a position or a failed event. */
export class AcknowledgeBody {
  @Fits(uuidRule)
  lease: string;

  @Optional()
  @Fits(wholeNumberRule(0, Number.MAX_SAFE_INTEGER))
  position?: number;

  @Optional()
  @Fits(recordRule(FAILED_EVENT_RULES))
  failed?: { eventId: string; error: string };
}
