import { InitialSchema1790000000000 } from './1790000000000-initial-schema.js';
import { IdempotencyKeys1790000100000 } from './1790000100000-idempotency-keys.js';
import { ProductTexts1790000200000 } from './1790000200000-product-texts.js';
import { PositionLock1790000300000 } from './1790000300000-position-lock.js';
import { EventsAsText1790000400000 } from './1790000400000-events-as-text.js';
import { ProductsOfTexts1790000500000 } from './1790000500000-products-of-texts.js';
import { TextsOfCategories1790000600000 } from './1790000600000-texts-of-categories.js';
import { ScopesOfVendorChanges1790000700000 } from './1790000700000-scopes-of-vendor-changes.js';
import { HistoryOfTheLog1790000800000 } from './1790000800000-history-of-the-log.js';

/** Forward only, in order. A released migration is never edited. */
export const MIGRATIONS = [
  InitialSchema1790000000000,
  IdempotencyKeys1790000100000,
  ProductTexts1790000200000,
  PositionLock1790000300000,
  EventsAsText1790000400000,
  ProductsOfTexts1790000500000,
  TextsOfCategories1790000600000,
  ScopesOfVendorChanges1790000700000,
  HistoryOfTheLog1790000800000,
];
