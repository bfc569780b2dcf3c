/** What is wrong with the file, or the database, in words. */
export class RestoreError extends Error {}

/** Whether the database has nothing yet that a restored one would be mixed with. */
export const IS_EMPTY = `
  SELECT NOT EXISTS (SELECT FROM inventory_events) AND NOT EXISTS (SELECT FROM products)
         AND NOT EXISTS (SELECT FROM vendors) AND NOT EXISTS (SELECT FROM log_segments) AS empty`;

/** What can't be unpacked or read as JSON is a file that was changed. */
export function asRestoreError(error: unknown, kind: 'exported log' | 'backup'): unknown {
  const { code } = error as { code?: unknown };
  const isOfFile = error instanceof SyntaxError || (typeof code === 'string' && code.startsWith('Z_'));
  if (!isOfFile) return error;
  return new RestoreError(`the file is no ${kind}, or was damaged: ${(error as Error).message}`);
}
