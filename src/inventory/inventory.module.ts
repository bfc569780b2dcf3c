import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConsumersModule } from '../consumers/index.js';
import { EventsModule } from '../events/index.js';
import { SearchCacheModule } from '../search-cache/index.js';
import { DemoCatalogue } from './demo/demo-catalogue.js';
import { AgmarknetImporter } from './imports/agmarknet-importer.js';
import { ImportMetrics } from './imports/import.metrics.js';
import { DryRun } from './imports/dry-run.js';
import { ImportPageSizes } from './imports/import-page-sizes.js';
import { IdempotentImporter } from './imports/idempotent-importer.js';
import { ImportsController } from './imports/imports.controller.js';
import { MarketVendors } from './imports/market-identity/market-vendors.js';
import { VendorAliasEntity } from './imports/market-identity/vendor-alias.entity.js';
import { VendorAliases } from './imports/market-identity/vendor-aliases.js';
import { VendorAliasesController } from './imports/market-identity/vendor-aliases.controller.js';
import { InventoryService } from './products/inventory.service.js';
import { ProductEntity } from './products/product.entity.js';
import { ProductPrices } from './products/prices/product-prices.js';
import { ProductHistory } from './products/product-history.js';
import { PastProducts } from './products/versions/past-products.js';
import { ProductVersions } from './products/versions/product-versions.js';
import { ProductsController } from './products/products.controller.js';
import { VendorInventoryController } from './products/vendor-inventory.controller.js';
import { BatchExecutor } from './products/write/batch-executor.js';
import { EventOrigin } from './event-origin.js';
import { Moments } from './moments.js';
import { LockedProducts } from './products/write/locked-products.js';
import { PriceStockExecutor } from './products/write/price-stock-executor.js';
import { ReportExecutor } from './products/write/report-executor.js';
import { ProductPreview } from './products/write/product-preview.js';
import { ProductWriter } from './products/write/product-writer.js';
import { WorkingSetLoader } from './products/write/working-set.loader.js';
import { PageLoader } from './search/pages/page-loader.js';
import { PageReader } from './search/pages/page-reader.js';
import { ProductRows } from './search/pages/product-rows.js';
import { PageAnswers } from './search/http/page-answers.js';
import { FastSearchHandler } from './search/http/fast-search.handler.js';
import { SearchRequests } from './search/http/search-requests.js';
import { SuggestController } from './search/http/suggest.controller.js';
import { SearchController } from './search/http/search.controller.js';
import { KnownWords } from './search/loosening/known-words.js';
import { PastPlaces } from './search/loosening/past-places.js';
import { ProductCounts } from './search/loosening/product-counts.js';
import { QueryLoosener } from './search/loosening/query-loosener.js';
import { KnownListings } from './search/pages/known-listings.js';
import { SnapshotPositions } from './search/pages/snapshot-positions.js';
import { SearchService } from './search/pages/search.service.js';
import { SearchDocumentPruner } from './search/upkeep/search-document-pruner.js';
import { SearchDocumentRemaker } from './search/upkeep/search-document-remaker.js';
import { MaintenanceConnection } from './table-statistics/maintenance-connection.js';
import { StatisticsKeeper } from './table-statistics/statistics-keeper.js';
import { VendorStockFolder } from './vendors/stock/vendor-stock-folder.js';
import { PastVendors } from './vendors/past-vendors.js';
import { VendorEntity } from './vendors/vendor.entity.js';
import { VendorService } from './vendors/vendor.service.js';
import { VendorStatsReader } from './vendors/vendor-stats.js';
import { VendorsController } from './vendors/vendors.controller.js';

/** Vendors, products, search and imports. */
@Module({
  imports: [
    ConsumersModule,
    EventsModule,
    SearchCacheModule,
    TypeOrmModule.forFeature([VendorEntity, ProductEntity, VendorAliasEntity]),
  ],
  // Search comes first: `products/search` must not be taken for a product's id.
  controllers: [
    SearchController,
    SuggestController,
    ProductsController,
    VendorsController,
    VendorInventoryController,
    VendorAliasesController,
    ImportsController,
  ],
  providers: [
    InventoryService,
    VendorService,
    VendorStatsReader,
    VendorStockFolder,
    ProductPreview,
    ProductWriter,
    BatchExecutor,
    PriceStockExecutor,
    ReportExecutor,
    LockedProducts,
    EventOrigin,
    WorkingSetLoader,
    ProductHistory,
    ProductVersions,
    PastProducts,
    PastVendors,
    Moments,
    ProductPrices,
    PageLoader,
    PageReader,
    ProductRows,
    SnapshotPositions,
    KnownListings,
    KnownWords,
    PastPlaces,
    ProductCounts,
    QueryLoosener,
    SearchService,
    SearchRequests,
    PageAnswers,
    FastSearchHandler,
    SearchDocumentPruner,
    SearchDocumentRemaker,
    MaintenanceConnection,
    StatisticsKeeper,
    AgmarknetImporter,
    ImportMetrics,
    DryRun,
    IdempotentImporter,
    ImportPageSizes,
    MarketVendors,
    VendorAliases,
    DemoCatalogue,
  ],
  exports: [InventoryService, VendorService, SearchService, FastSearchHandler, DemoCatalogue, QueryLoosener],
})
export class InventoryModule {}
