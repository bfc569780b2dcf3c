import { asOfRule } from '../../as-of-rule.js';
import { dayRule, Fits, IsQueryNumber, IsText, Optional } from '../../../validation/index.js';

export class PricesQuery {
  /** First and last market day, `yyyy-mm-dd`. */
  @Optional()
  @Fits(dayRule)
  from?: string;

  @Optional()
  @Fits(dayRule)
  to?: string;

  @IsQueryNumber(1, 1_000)
  limit: number = 100;

  /** `nextCursor` of the page before. */
  @Optional()
  @IsText(100)
  cursor?: string;

  /** What was known then. */
  @Optional()
  @Fits(asOfRule)
  asOf?: string;
}
