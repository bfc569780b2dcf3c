export { DemoCatalogue } from './demo/demo-catalogue.js';
export { InventoryModule } from './inventory.module.js';
export { InventoryService } from './inventory.service.js';
export { FastSearchHandler } from './search/fast-search.handler.js';
export { SearchService } from './search/search.service.js';
export { VendorService } from './vendors/vendor.service.js';
