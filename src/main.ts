import 'reflect-metadata';
import { createApplication } from './application.js';
import { jwtSecret, signAccessToken } from './auth/index.js';
import { type AppConfig, loadConfig } from './config/index.js';
import { startEmbeddedPostgres } from './infra/postgres/embedded/index.js';

const ADMIN_TOKEN_LIFETIME = '7d';

/** Starts the product and stays until it is told to stop; anything that prevents the start is one line on stderr. */
async function main(): Promise<void> {
  const config = loadConfig();
  const postgres = config.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir }) : null;
  try {
    const app = await createApplication(config, config.databaseUrl ?? postgres!.url);
    await app.listen(config.port, config.host);
    await printBanner(config, await app.getUrl());
    await stopSignal();
    await app.close();
  } finally {
    await postgres?.stop();
  }
}

async function printBanner(config: AppConfig, url: string): Promise<void> {
  const lines = ['', 'Mandi Inventory Sync is ready', `  URL    ${url}`, `  Docs   ${url}/docs`];
  const secret = config.embedded ? await jwtSecret(config) : undefined;
  if (secret !== undefined) {
    const token = await signAccessToken({ role: 'admin' }, secret, ADMIN_TOKEN_LIFETIME);
    lines.push(`  Admin  ${token}`);
  }
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once, as people expect. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`mandi-inventory-sync: ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
    process.exit(1);
  },
);
