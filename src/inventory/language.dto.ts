import { IsAskedLanguage, Optional } from '../validation/index.js';

export class LanguageQuery {
  /** Adds `displayName`, the name in this language. */
  @Optional()
  @IsAskedLanguage()
  lang?: string;
}
