import { IsQueryNumber } from '../../validation/index.js';

export class SealsQuery {
  /** Last position of a seal that is known already. */
  @IsQueryNumber(0, Number.MAX_SAFE_INTEGER)
  after: number = 0;

  @IsQueryNumber(1, 10_000)
  limit: number = 1_000;
}
