import { IsIn, IsInt, Max, Min } from 'class-validator';
import { AVAILABILITIES, type Availability } from '../../contracts/index.js';
import { IsId, IsLanguageTag, IsPrice, IsSlug, IsText, Optional, QueryNumber } from '../../infra/index.js';
import { PRODUCT_SORTS, type ProductSort } from '../../contracts/index.js';

class PageQuery {
  /** Any language, any script; the last word may be unfinished. */
  @Optional()
  @IsText(200, { blank: true })
  q?: string;

  @Optional()
  @IsText(200)
  state?: string;

  @Optional()
  @IsText(200)
  district?: string;

  @Optional()
  @IsSlug()
  category?: string;

  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;

  /** `nextCursor` of the page before. */
  @Optional()
  @IsText(2000)
  cursor?: string;
}

export class VendorSearchQuery extends PageQuery {}

export class ProductSearchQuery extends PageQuery {
  /** Adds `displayName`, the name in this language. */
  @Optional()
  @IsLanguageTag()
  lang?: string;

  @Optional()
  @IsId()
  vendorId?: string;

  @Optional()
  @QueryNumber()
  @IsPrice()
  minPrice?: number;

  @Optional()
  @QueryNumber()
  @IsPrice()
  maxPrice?: number;

  @Optional()
  @IsIn(AVAILABILITIES)
  availability?: Availability;

  /** Relevance if there is a text, else newest. */
  @Optional()
  @IsIn(PRODUCT_SORTS)
  sort?: ProductSort;
}
