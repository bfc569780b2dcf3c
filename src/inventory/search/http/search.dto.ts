import { Transform } from 'class-transformer';
import { AVAILABILITIES, type Availability, PRODUCT_SORTS, type ProductSort } from '../../../contracts/index.js';
import {
  booleanRule,
  Fits,
  IsId,
  IsOneOf,
  IsQueryNumber,
  IsQueryPrice,
  IsSlug,
  IsText,
  Optional,
  PRODUCT_RULES,
  queryBoolean,
} from '../../../validation/index.js';
import { facetsRule } from './facets-rule.js';
import { asOfRule } from '../../as-of-rule.js';
import { LanguageQuery } from '../../language.dto.js';

/** Characters of a text and of a cursor, and items of a page, at most. */
export const MAX_TEXT = 200;
export const MAX_CURSOR = 2_000;
export const MAX_ITEMS = 100;
export const MAX_SUGGESTIONS = 50;

class PageQuery extends LanguageQuery {
  /** Any language, any script; the last word may be unfinished. */
  @Optional()
  @IsText(MAX_TEXT, { blank: true })
  q?: string;

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
  @IsSlug()
  category?: string;

  @IsQueryNumber(1, MAX_ITEMS)
  limit: number = 20;

  /** `nextCursor` of the page before. */
  @Optional()
  @IsText(MAX_CURSOR)
  cursor?: string;
}

export class SuggestQuery extends LanguageQuery {
  /** What is typed so far, in any script; nothing is suggested before. */
  @IsText(MAX_TEXT, { blank: true })
  q: string = '';

  @IsQueryNumber(1, MAX_SUGGESTIONS)
  limit: number = 8;
}

export class VendorSearchQuery extends PageQuery {}

export class ProductSearchQuery extends PageQuery {
  @Optional()
  @IsId()
  vendorId?: string;

  /** Unit of `minPrice`, `maxPrice` and of `pricePer`; by default kg. */
  @Optional()
  @Fits(PRODUCT_RULES.unit)
  per?: string;

  /** Of the same; by default INR. */
  @Optional()
  @Fits(PRODUCT_RULES.currency)
  currency?: string;

  @Optional()
  @IsQueryPrice()
  minPrice?: number;

  @Optional()
  @IsQueryPrice()
  maxPrice?: number;

  @Optional()
  @IsOneOf(AVAILABILITIES)
  availability?: Availability;

  /** Relevance if there is a text, else newest. */
  @Optional()
  @IsOneOf(PRODUCT_SORTS)
  sort?: ProductSort;

  /** `true`: a text that finds nothing, or only what sounds so, isn't loosened. */
  @Transform(({ value }: { value: unknown }) => queryBoolean(value))
  @Fits(booleanRule)
  exact: boolean = false;

  /** Names of facets, behind commas. */
  @Optional()
  @Fits(facetsRule)
  facets?: string;

  /** What would have been found then, without loosening. */
  @Optional()
  @Fits(asOfRule)
  asOf?: string;
}
