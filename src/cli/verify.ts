import { parseArgs } from 'node:util';
import pg from 'pg';
import { CliError, runCli } from './run-cli.js';
import { type AppConfig, loadConfig } from '../config/index.js';
import { runningEmbeddedUrl, startEmbeddedPostgres } from '../embedded-postgres/index.js';
import { isClean, type VerifyReport, verifyLog } from './verify-log.js';

const USAGE = `Usage: npm run verify

Compares the products with the event log, and checks that the log is whole. Exit status 1 if they differ.
It reads the database that the server uses: DATABASE_URL, or the embedded one in DATA_DIR, whether it runs or not.

  --help  this text
`;

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const config = loadConfig();
  try {
    if (!(await isVerified(config))) process.exitCode = 1;
  } catch (error) {
    throw new CliError(`verify: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function isVerified(config: AppConfig): Promise<boolean> {
  const { url, close } = await database(config);
  try {
    const client = new pg.Client({ connectionString: url, application_name: 'mandi-inventory-sync verify' });
    await client.connect();
    try {
      const report = await verifyLog(client);
      print(report);
      return isClean(report);
    } finally {
      await client.end();
    }
  } finally {
    await close();
  }
}

/** The database of a running server, or the embedded one started for the purpose. */
async function database(config: AppConfig): Promise<{ url: string; close: () => Promise<void> }> {
  const url = config.databaseUrl ?? (await runningEmbeddedUrl(config.dataDir));
  if (url !== undefined) return { url, close: () => Promise.resolve() };
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir });
  return { url: postgres.url, close: () => postgres.stop() };
}

function print(report: VerifyReport): void {
  const lines = [
    `events             ${report.events} with positions, ${report.pending} waiting for one`,
    `products           ${report.products}`,
    `missing positions  ${report.holes}`,
    `version breaks     ${report.versionBreaks.length}`,
    `differences        ${report.differences.length}`,
    ...[...report.versionBreaks, ...report.differences].map(({ productId, what }) => `  ${productId}: ${what}`),
    isClean(report) ? 'clean' : 'NOT CLEAN',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

await runCli(USAGE, () => main(process.argv.slice(2)));
process.exit();
