import { parseArgs } from 'node:util';
import { loadProducts } from './demo-catalogue.js';
import { type DemoTally, play } from './demo-play.js';
import { parseServer, URL_USAGE } from './http-client.js';
import { withToken } from './local-token.js';
import { UsageError } from './run-cli.js';

const DEFAULT_RATE = 5;
const MAX_RATE = 200;
const MAX_DURATION = 7 * 24 * 3600;

export const DEMO_USAGE = `Usage: npm run demo -- [--url URL] [--token TOKEN] [--rate ${DEFAULT_RATE}] [--duration SECONDS]

Plays a market day against a running server: prices move, stock runs out and comes back. Ctrl-C ends it.

  --url URL           ${URL_USAGE}
  --token TOKEN       an admin token, as npm run token makes them; not needed beside a server of this folder
  --rate N            changes a second, up to ${MAX_RATE} (default ${DEFAULT_RATE})
  --duration SECONDS  ends by itself after this time
  --help              this text
`;

export async function demoCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      rate: { type: 'string' },
      duration: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(DEMO_USAGE);
    return;
  }
  const server = await withToken(parseServer(values));
  const rate = positiveNumber('--rate', values.rate, MAX_RATE) ?? DEFAULT_RATE;
  const duration = positiveNumber('--duration', values.duration, MAX_DURATION);

  const products = await loadProducts(server);
  process.stdout.write(`${products.length} products, ${rate} changes a second; Ctrl-C ends it.\n`);

  const stop = new AbortController();
  const end = () => stop.abort();
  const timer = duration === undefined ? undefined : setTimeout(end, duration * 1000);
  process.once('SIGINT', end).once('SIGTERM', end);
  const startedAt = performance.now();
  const tally = await play(
    server,
    products,
    {
      rate,
      random: Math.random,
      print: (line) => process.stdout.write(`${line}\n`),
      printError: (line) => process.stderr.write(`${line}\n`),
    },
    stop.signal,
  );
  clearTimeout(timer);
  process.off('SIGINT', end).off('SIGTERM', end);
  process.stdout.write(`\n${tallyLines(tally, performance.now() - startedAt).join('\n')}\n`);
}

function tallyLines(tally: DemoTally, ms: number): string[] {
  const errors = [...tally.errors];
  const failed = errors.reduce((sum, [, count]) => sum + count, 0);
  return [
    `price changes         ${tally.prices}`,
    `availability changes  ${tally.availabilities}`,
    `errors                ${failed}`,
    ...errors.map(([message, count]) => `  ${count} × ${message}`),
    `seconds               ${(ms / 1000).toFixed(1)}`,
  ];
}

/** @throws UsageError naming the option. */
function positiveNumber(option: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value <= 0 || value > max) throw new UsageError(`${option} must be a number above 0 and up to ${max}`);
  return value;
}
