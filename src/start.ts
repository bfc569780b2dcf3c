import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { jwtSecret, signAccessToken } from './auth/index.js';
import { type AppConfig, checkAddress, loadConfig } from './config/index.js';
import { Draining, JsonLogger, oneLine } from './infra/index.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres/index.js';

const ADMIN_TOKEN_LIFETIME = '7d';

/** Milliseconds in which readiness is red and answers end their connections, while new ones are still accepted. */
const DRAIN_FOR = 1_500;
/** Milliseconds an orderly end may take; requests that are still open then are cut off. */
const CLOSE_AT_MOST = 7_000;
/** Milliseconds from the signal to the end of all, and those of them in which PostgreSQL ends by force if it has to. */
const END_WITHIN = 9_000;
const FORCE_FOR = 1_000;
/** Milliseconds after which, again and again, it is said what an orderly end still waits for. */
const STILL_EVERY = 2_000;
/** Milliseconds in which signals count as one: npm forwards the SIGINT that the terminal has already delivered. */
const ONE_SIGNAL = 1_000;

/**
 * Starts the product and stays until it gets a signal to stop; anything that prevents the start is one line on stderr.
 */
async function main(): Promise<void> {
  let isStopped = false;
  const stopped = stopSignal().finally(() => (isStopped = true));
  const config = loadConfig();
  await checkAddress(config);
  // Loaded while PostgreSQL starts; should that fail, `start` will say so.
  void import('./application.js').catch(() => undefined);
  const logger = new JsonLogger(config);
  const postgres = config.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir }) : null;
  try {
    const url = config.databaseUrl ?? postgres!.url;
    const starting = isStopped ? undefined : start(config, url, logger, () => isStopped);
    const app = await Promise.race([starting, stopped.then(() => undefined)]);
    const signal = await stopped;
    if (app) await stop({ app, config, postgres, signal });
    else breakOff(logger, signal);
  } finally {
    await postgres?.stop();
  }
}

interface Running {
  app: NestFastifyApplication;
  config: AppConfig;
  postgres: EmbeddedPostgres | null;
  signal: NodeJS.Signals;
}

/** Lets clients and load balancers go elsewhere first, if there is an elsewhere; then finishes what is under way. */
async function stop({ app, config: { embedded }, postgres, signal }: Running): Promise<void> {
  const endBy = performance.now() + END_WITHIN;
  const { Logger } = await import('@nestjs/common');
  const logger = new Logger('Stop');
  const open = async (): Promise<string> => connectionsOf(app.getHttpServer());
  app.get(Draining).begin();
  const next = embedded ? 'then PostgreSQL' : `and takes requests for ${DRAIN_FOR / 1_000} s more`;
  const within = `ends within ${END_WITHIN / 1_000} s`;
  logger.log(`${signal}: ${within}. Waits for what is under way on ${await open()}, ${next}`);
  if (!embedded) await sleep(DRAIN_FOR);
  let waitsFor = open;
  const still = setInterval(() => void waitsFor().then((what) => logger.log(`Still waits for ${what}`)), STILL_EVERY);
  try {
    const isWhole = await Promise.race([app.close().then(() => true), sleep(CLOSE_AT_MOST, false)]);
    if (!isWhole) logger.warn(`Ends though something is under way on ${await open()}`);
    waitsFor = () => Promise.resolve('PostgreSQL');
    await postgres?.stop(endBy - FORCE_FOR - performance.now());
  } finally {
    clearInterval(still);
  }
  logger.log('Ended');
}

/** How many there are; those without a request, and sockets, end as soon as it is their turn. */
async function connectionsOf(server: Server): Promise<string> {
  const count = await promisify<number>((done) => server.getConnections(done))();
  return count === 1 ? '1 connection' : `${count} connections`;
}

/** The last line of a start that is ended: what fails from here on does so since its database ends. */
function breakOff(logger: JsonLogger, signal: NodeJS.Signals): void {
  logger.log(`${signal}: ends before it has started`, 'Stop');
  logger.pino.level = 'silent';
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) process.on(event, () => undefined);
}

async function start(
  config: AppConfig,
  databaseUrl: string,
  logger: JsonLogger,
  isStopped: () => boolean,
): Promise<NestFastifyApplication> {
  const { createApplication } = await import('./application.js');
  const app = await createApplication(config, databaseUrl, {}, logger);
  await app.listen({ port: config.port, host: config.host, backlog: config.listenBacklog });
  if (!isStopped()) await printBanner(config, await app.getUrl());
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

/** The first SIGINT, SIGTERM or SIGHUP; a later one ends the process at once, as people expect. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const stop = (signal: NodeJS.Signals): void => {
      first ??= performance.now();
      if (performance.now() - first > ONE_SIGNAL) process.exit(1);
      resolve(signal);
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
