import { Fits, Optional } from '../validation/index.js';
import { asOfRule } from './as-of-rule.js';
import { LanguageQuery } from './language.dto.js';

export class AsOfQuery extends LanguageQuery {
  /** The state that was known then. */
  @Optional()
  @Fits(asOfRule)
  asOf?: string;
}
