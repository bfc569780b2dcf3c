import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { jwtSecret, signAccessToken } from './auth/index.js';
import { type AppConfig, checkAddress, loadConfig } from './config/index.js';
import { Draining, oneLine } from './infra/index.js';
import { startEmbeddedPostgres } from './embedded-postgres/index.js';

const ADMIN_TOKEN_LIFETIME = '7d';

/** Milliseconds in which readiness is red and answers end their connections, while new ones are still accepted. */
const DRAIN_FOR = 1_500;
/** Milliseconds an orderly end may take; requests that are still open then are cut off. */
const CLOSE_AT_MOST = 7_000;
/** Milliseconds in which signals count as one: npm forwards the SIGINT that the terminal has already delivered. */
const ONE_SIGNAL = 1_000;

/**
 * Starts the product and stays until it gets a signal to stop; anything that prevents the start is one line on stderr.
 */
async function main(): Promise<void> {
  const stopped = stopSignal();
  const config = loadConfig();
  await checkAddress(config);
  // Loaded while PostgreSQL starts; should that fail, `start` will say so.
  void import('./application.js').catch(() => undefined);
  const postgres = config.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir }) : null;
  try {
    const app = await Promise.race([start(config, config.databaseUrl ?? postgres!.url), stopped]);
    await stopped;
    if (app) await stop(app, config);
  } finally {
    await postgres?.stop();
  }
}

/** Lets clients and load balancers go elsewhere first, if there is an elsewhere; then finishes what is under way. */
async function stop(app: NestFastifyApplication, config: AppConfig): Promise<void> {
  app.get(Draining).begin();
  if (!config.embedded) await sleep(DRAIN_FOR);
  await Promise.race([app.close(), sleep(CLOSE_AT_MOST)]);
}

async function start(config: AppConfig, databaseUrl: string): Promise<NestFastifyApplication> {
  const { createApplication } = await import('./application.js');
  const app = await createApplication(config, databaseUrl);
  await app.listen({ port: config.port, host: config.host, backlog: config.listenBacklog });
  await printBanner(config, await app.getUrl());
  return app;
}

async function printBanner(config: AppConfig, url: string): Promise<void> {
  const lines = [
    '',
    'Mandi Inventory Sync is ready',
    `  URL    ${url}`,
    `  Open   ${url}/console`,
    `  Docs   ${url}/docs`,
  ];
  const secret = config.embedded ? await jwtSecret(config) : undefined;
  if (secret !== undefined) {
    const token = await signAccessToken({ role: 'admin' }, secret, ADMIN_TOKEN_LIFETIME, config);
    lines.push(`  Admin  ${token}`);
  }
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; a later one ends the process at once, as people expect. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const stop = (): void => {
      first ??= performance.now();
      if (performance.now() - first > ONE_SIGNAL) process.exit(1);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`mandi-inventory-sync: ${oneLine(message)}\n`);
    process.exit(1);
  },
);
