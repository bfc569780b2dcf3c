import pg from 'pg';
import { type AppConfig, loadConfig } from './config/index.js';
import { runningEmbeddedUrl, startEmbeddedPostgres } from './infra/postgres/embedded/index.js';
import { isClean, type VerifyReport, verifyLog } from './ops/index.js';

/** `npm run verify`: checks that the log is whole and that the products are what it says. Exit status 1 if not. */
async function main(): Promise<boolean> {
  const config = loadConfig();
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

main().then(
  (clean) => process.exit(clean ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`verify: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
