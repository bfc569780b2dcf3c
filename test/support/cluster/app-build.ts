import { ensureBuilt as ensureOwnBuilt } from '../product-process.js';

/** Where the built product is; TEST_DIST names another build of it. */
export const DIST = process.env.TEST_DIST ?? 'dist';

/** Another build of the product is taken as it is. */
export async function ensureBuilt(): Promise<void> {
  if (process.env.TEST_DIST === undefined) await ensureOwnBuilt();
}
