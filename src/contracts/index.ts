export * from './inventory-event.js';
export * from './page.js';
export * from './problem.js';
export * from './product.js';
export * from './realtime.js';
export * from './search.js';
export * from './vendor.js';
export * from './principal.js';
