import type { Schema } from '../../types.js';
import { CONSUMER_SCHEMAS } from './consumer.js';
import { PROJECTION_SCHEMAS } from './projection.js';
import { EVENT_SCHEMAS } from './event.js';
import { OPERATION_SCHEMAS } from './operations.js';
import { PAGE_SCHEMAS } from './page.js';
import { PROBLEM_SCHEMAS } from './problem.js';
import { PRODUCT_SCHEMAS } from './product.js';
import { SERIES_SCHEMAS } from './series.js';
import { VENDOR_SCHEMAS } from './vendor.js';

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  ...VENDOR_SCHEMAS,
  ...PRODUCT_SCHEMAS,
  ...PAGE_SCHEMAS,
  ...EVENT_SCHEMAS,
  ...CONSUMER_SCHEMAS,
  ...SERIES_SCHEMAS,
  ...PROJECTION_SCHEMAS,
  ...OPERATION_SCHEMAS,
  ...PROBLEM_SCHEMAS,
};
