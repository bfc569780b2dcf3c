import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '../events/index.js';
import { SearchCacheModule } from '../search-cache/index.js';
import { DemoCatalogue } from './demo/demo-catalogue.js';
import { AgmarknetImporter } from './imports/agmarknet-importer.js';
import { ImportPageSizes } from './imports/import-page-sizes.js';
import { IdempotentImporter } from './imports/idempotent-importer.js';
import { ImportsController } from './imports/imports.controller.js';
import { InventoryService } from './inventory.service.js';
import { ProductEntity } from './products/product.entity.js';
import { ProductHistory } from './products/product-history.js';
import { ProductsController } from './products/products.controller.js';
import { BatchExecutor } from './products/write/batch-executor.js';
import { EventOrigin } from './products/write/event-origin.js';
import { PriceStockExecutor } from './products/write/price-stock-executor.js';
import { ProductWriter } from './products/write/product-writer.js';
import { WorkingSetLoader } from './products/write/working-set.loader.js';
import { PageLoader } from './search/page-loader.js';
import { FastSearchHandler } from './search/fast-search.handler.js';
import { SearchRequests } from './search/search-requests.js';
import { SearchController } from './search/search.controller.js';
import { KnownListings } from './search/known-listings.js';
import { SearchService } from './search/search.service.js';
import { SearchDocumentPruner } from './search/search-document-pruner.js';
import { MaintenanceConnection } from './table-statistics/maintenance-connection.js';
import { StatisticsKeeper } from './table-statistics/statistics-keeper.js';
import { VendorEntity } from './vendors/vendor.entity.js';
import { VendorService } from './vendors/vendor.service.js';
import { VendorStatsReader } from './vendors/vendor-stats.js';
import { VendorsController } from './vendors/vendors.controller.js';

/** Vendors, products, search and imports. */
@Module({
  imports: [EventsModule, SearchCacheModule, TypeOrmModule.forFeature([VendorEntity, ProductEntity])],
  // Search comes first: `products/search` must not be taken for a product's id.
  controllers: [SearchController, ProductsController, VendorsController, ImportsController],
  providers: [
    InventoryService,
    VendorService,
    VendorStatsReader,
    ProductWriter,
    BatchExecutor,
    PriceStockExecutor,
    EventOrigin,
    WorkingSetLoader,
    ProductHistory,
    PageLoader,
    KnownListings,
    SearchService,
    SearchRequests,
    FastSearchHandler,
    SearchDocumentPruner,
    MaintenanceConnection,
    StatisticsKeeper,
    AgmarknetImporter,
    IdempotentImporter,
    ImportPageSizes,
    DemoCatalogue,
  ],
  exports: [InventoryService, VendorService, SearchService, FastSearchHandler, DemoCatalogue],
})
export class InventoryModule {}
