import { Injectable } from '@nestjs/common';

/** Rows of a staged file that are read and take effect together. */
@Injectable()
export class ImportPageSizes {
  /** Of a day's prices a third differ from the day before, which makes one statement of 1,000 changes. */
  unkeyed = 3_000;
  /** With an `Idempotency-Key`: rows of one transaction. */
  keyed = 1_000;
}
