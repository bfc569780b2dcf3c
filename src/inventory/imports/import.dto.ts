import { Transform } from 'class-transformer';
import { booleanRule, dayRule, Fits, IsText, Optional, queryBoolean } from '../../validation/index.js';

export class ImportQuery {
  /** Of files that don't name their state. */
  @Optional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.normalize('NFC').trim() : value))
  @IsText(200)
  state?: string;

  /** Of market reports that don't say their day. */
  @Optional()
  @Fits(dayRule)
  day?: string;

  /** Says what the import would do, and does nothing of it. */
  @Transform(({ value }: { value: unknown }) => queryBoolean(value))
  @Fits(booleanRule)
  dryRun: boolean = false;
}
