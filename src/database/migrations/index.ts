import { InitialSchema1790000000000 } from './1790000000000-initial-schema.js';
import { IdempotencyKeys1790000100000 } from './1790000100000-idempotency-keys.js';
import { ProductTexts1790000200000 } from './1790000200000-product-texts.js';
import { PositionLock1790000300000 } from './1790000300000-position-lock.js';
import { EventsAsText1790000400000 } from './1790000400000-events-as-text.js';
import { ProductsOfTexts1790000500000 } from './1790000500000-products-of-texts.js';
import { TextsOfCategories1790000600000 } from './1790000600000-texts-of-categories.js';
import { ScopesOfVendorChanges1790000700000 } from './1790000700000-scopes-of-vendor-changes.js';
import { HistoryOfTheLog1790000800000 } from './1790000800000-history-of-the-log.js';
import { MarketFacts1790000900000 } from './1790000900000-market-facts.js';
import { ActorsOfEvents1790001000000 } from './1790001000000-actors-of-events.js';
import { MarketVendors1790001100000 } from './1790001100000-market-vendors.js';
import { VendorStock1790001200000 } from './1790001200000-vendor-stock.js';
import { VendorStockOfBefore1790001300000 } from './1790001300000-vendor-stock-of-before.js';
import { MarketFactsOfProducts1790001400000 } from './1790001400000-market-facts-of-products.js';
import { EventsOfVendors1790001500000 } from './1790001500000-events-of-vendors.js';
import { MarketPrices1790002000000 } from './1790002000000-market-prices.js';
import { ComparablePriceIndexes1790002100000 } from './1790002100000-comparable-price-indexes.js';
import { DurableConsumers1790002200000 } from './1790002200000-durable-consumers.js';
import { VersionOfSearchDocuments1790002300000 } from './1790002300000-version-of-search-documents.js';
import { Projections1790002400000 } from './1790002400000-projections.js';
import { LogSegments1790002600000 } from './1790002600000-log-segments.js';
import { LogTail1790002800000 } from './1790002800000-log-tail.js';
import { ArchivedSegments1790003300000 } from './1790003300000-archived-segments.js';
import { RoomForChanges1790003400000 } from './1790003400000-room-for-changes.js';
import { HashOfNotes1790003500000 } from './1790003500000-hash-of-notes.js';
import { LogRetention1790003200000 } from './1790003200000-log-retention.js';

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
  MarketFacts1790000900000,
  ActorsOfEvents1790001000000,
  MarketVendors1790001100000,
  VendorStock1790001200000,
  VendorStockOfBefore1790001300000,
  MarketFactsOfProducts1790001400000,
  EventsOfVendors1790001500000,
  MarketPrices1790002000000,
  ComparablePriceIndexes1790002100000,
  DurableConsumers1790002200000,
  VersionOfSearchDocuments1790002300000,
  Projections1790002400000,
  LogSegments1790002600000,
  LogTail1790002800000,
  LogRetention1790003200000,
  ArchivedSegments1790003300000,
  RoomForChanges1790003400000,
  HashOfNotes1790003500000,
];
