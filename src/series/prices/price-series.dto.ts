import {
  DEFAULT_CURRENCY,
  SERIES_BUCKETS,
  SERIES_REVISIONS,
  type SeriesBucket,
  type SeriesRevisions,
} from '../../contracts/index.js';
import { dayRule, Fits, IsId, IsOneOf, IsSlug, IsText, Optional, PRODUCT_RULES } from '../../validation/index.js';

/** Characters of the name of a place or variety at most. */
const MAX_TEXT = 200;

export class PriceSeriesQuery {
  /** This or `productId` is needed. */
  @Optional()
  @IsSlug()
  commodity?: string;

  @Optional()
  @IsId()
  productId?: string;

  @Optional()
  @IsText(MAX_TEXT)
  state?: string;

  @Optional()
  @IsText(MAX_TEXT)
  district?: string;

  @Optional()
  @IsText(MAX_TEXT)
  market?: string;

  @Optional()
  @IsText(MAX_TEXT)
  variety?: string;

  /** First and last market day; a year until today. */
  @Optional()
  @Fits(dayRule)
  from?: string;

  @Optional()
  @Fits(dayRule)
  to?: string;

  @IsOneOf(SERIES_BUCKETS)
  bucket: SeriesBucket = 'day';

  /** Of all prices; reports in units that aren't comparable with it are left out, as are those in other currencies. */
  @Fits(PRODUCT_RULES.unit)
  unit: string = 'quintal';

  @Fits(PRODUCT_RULES.currency)
  currency: string = DEFAULT_CURRENCY;

  @IsOneOf(SERIES_REVISIONS)
  revisions: SeriesRevisions = 'latest';
}

export class SeriesCommoditiesQuery {
  @Optional()
  @IsText(MAX_TEXT)
  state?: string;
}
