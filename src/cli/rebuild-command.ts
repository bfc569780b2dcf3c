import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ProjectionState } from '../contracts/index.js';
import { parseServer, requestJson, URL_USAGE } from './http-client.js';
import { withToken } from './local-token.js';
import { CliError, UsageError } from './run-cli.js';

/** Milliseconds between two looks, and between two lines that show how far it is. */
const LOOK_EVERY = 250;
const LINE_EVERY = 2_000;

export const REBUILD_USAGE = `Usage: npm run rebuild -- NAME [--url URL] [--token TOKEN]

Has a running server build a projection anew from the log, and waits for it. The tables of before serve until the new ones
take their place. GET /api/projections has the names.

  NAME           the projection, such as product-history
  --url URL      ${URL_USAGE}
  --token TOKEN  an admin token, as npm run token makes them; not needed beside a server of this folder
  --help         this text
`;

export async function rebuildCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: 'string' }, token: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(REBUILD_USAGE);
    return;
  }
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError('Name one projection');
  const server = await withToken(parseServer(values));
  let state = (await requestJson(
    server,
    'POST',
    `/api/projections/${encodeURIComponent(name)}/rebuild`,
  )) as ProjectionState;
  let shownAt = 0;
  while (state.rebuilding) {
    if (performance.now() - shownAt > LINE_EVERY) {
      shownAt = performance.now();
      process.stdout.write(`${name}: ${state.rebuilding.position} of ${state.rebuilding.of} positions\n`);
    }
    await sleep(LOOK_EVERY);
    const { projections } = (await requestJson(server, 'GET', '/api/projections')) as {
      projections: ProjectionState[];
    };
    const found = projections.find((one) => one.name === name);
    if (!found) throw new CliError(`There is no projection ${name} any more`);
    state = found;
  }
  process.stdout.write(
    `${name}: built anew, version ${state.version}, ${state.rows} rows at position ${state.position}\n`,
  );
}
