import { AVAILABILITIES, type Availability } from '../../contracts/index.js';
import {
  IsId,
  IsLanguageTag,
  IsOneOf,
  IsQueryNumber,
  IsQueryPrice,
  IsSlug,
  IsText,
  Optional,
} from '../../validation/index.js';
import { PRODUCT_SORTS, type ProductSort } from '../../contracts/index.js';

/** Characters of a text and of a cursor, and items of a page, at most. */
export const MAX_TEXT = 200;
export const MAX_CURSOR = 2_000;
export const MAX_ITEMS = 100;

export class LanguageQuery {
  /** Adds `displayName`, the name in this language. */
  @Optional()
  @IsLanguageTag()
  lang?: string;
}

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
  @IsSlug()
  category?: string;

  @IsQueryNumber(1, MAX_ITEMS)
  limit: number = 20;

  /** `nextCursor` of the page before. */
  @Optional()
  @IsText(MAX_CURSOR)
  cursor?: string;
}

export class VendorSearchQuery extends PageQuery {}

export class ProductSearchQuery extends PageQuery {
  @Optional()
  @IsId()
  vendorId?: string;

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
}
