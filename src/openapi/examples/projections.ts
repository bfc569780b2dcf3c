import type { ProjectionState } from '../../contracts/index.js';
import { ONION_DEARER } from './events.js';

export const PROJECTION_NAME = 'product-history';

export const PRODUCT_HISTORY: ProjectionState = {
  name: PROJECTION_NAME,
  version: 2,
  position: ONION_DEARER.position,
  rows: 48_312,
  rebuilding: null,
};
export const PRODUCT_HISTORY_REBUILT: ProjectionState = {
  ...PRODUCT_HISTORY,
  rebuilding: { position: 0, of: ONION_DEARER.position },
};
