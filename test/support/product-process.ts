import { type Child, startChild } from './processes.js';

/** What `npm start` runs. */
export const BUNDLE = 'dist/bundle/main.js';
const READY = /^ {2}URL {4}(\S+)$/;
/** Milliseconds: a start that makes a cluster takes a few seconds; this is for a busy machine. */
export const START_TIMEOUT = 90_000;

/** `npm test` builds first; a single test file run by hand may need it. Several test files may ask at once. */
export async function ensureBuilt(): Promise<void> {
  const build = await startChild(process.execPath, ['build/ensure-built.js', '--bundle']);
  if ((await build.exited) !== 0) throw new Error(`the product can't be built:\n${build.output()}`);
}

/** Starts the product with these variables and no other, on any free port. */
export function startProduct(
  env: Record<string, string>,
  command = process.execPath,
  args: readonly string[] = [BUNDLE],
): Promise<Child> {
  const { PATH, HOME } = process.env;
  return startChild(command, args, { env: { ...(PATH && { PATH }), ...(HOME && { HOME }), PORT: '0', ...env } });
}

/** Where it listens, once it does. */
export async function urlOf(product: Child): Promise<string> {
  return (await product.waitForLine(READY, START_TIMEOUT))[1]!;
}

/** With the token of the banner. */
export function send(product: Child, method: 'POST' | 'PATCH', url: string, body: unknown): Promise<Response> {
  const token = /^ {2}Admin {2}(\S+)$/m.exec(product.output())![1]!;
  return fetch(url, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
}
