import { ensureBuilt as ensureOwnBuilt } from '../product-process.js';

/** The product as it is started; TEST_DIST names the folder of another build of it. */
export const PROGRAM = `${process.env.TEST_DIST ?? 'dist/bundle'}/main.js`;
/** The same, module by module, which takes a second longer: for what is to be loaded before some of them. */
export const MODULES = `${process.env.TEST_DIST ?? 'dist'}/main.js`;

/** Another build of the product is taken as it is. */
export async function ensureBuilt(): Promise<void> {
  if (process.env.TEST_DIST === undefined) await ensureOwnBuilt();
}
