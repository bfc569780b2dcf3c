import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { declarePrincipal } from './auth/index.js';
import type { AppConfig } from './config/index.js';
import { openDatabase, SqlClient, type Statement } from './database/index.js';
import {
  addBodyParsers,
  addRequestHooks,
  corsOptions,
  createHttpAdapter,
  type HttpTimeLimits,
  ProblemFilter,
  RequestLog,
  TIME_LIMITS,
} from './http/index.js';
import { declareMatchedRoute, JsonLogger, Metrics, Tracing } from './infra/index.js';
import { openFastPath } from './fast-path/index.js';
import { DemoCatalogue, FastSearchHandler } from './inventory/index.js';
import { OpenApiRoutes } from './openapi/index.js';
import { SocketIoAdapter } from './realtime/index.js';
import { requestHooks } from './request-hooks.js';

/** Two products of one vendor: what the page of the API fills its forms with. */
const FIRST_PRODUCTS: Statement = {
  name: 'first_products',
  text: `
    SELECT id, vendor_id AS "vendorId" FROM products
    WHERE vendor_id = (SELECT vendor_id FROM products ORDER BY id LIMIT 1)
    ORDER BY id LIMIT 2`,
};

/** Routes that are no part of the API. */
const OUTSIDE_THE_API = [
  '',
  'console',
  'console/{*file}',
  'health',
  'health/live',
  'health/ready',
  'metrics',
  'docs/asyncapi.json',
] as const;

/** Wires the application; the caller makes it listen and closes it. */
export async function createApplication(
  config: AppConfig,
  databaseUrl: string,
  otherTimeLimits: Partial<HttpTimeLimits> = {},
  logger = new JsonLogger(config),
): Promise<NestFastifyApplication> {
  const { trustProxy, corsOrigins } = config;
  const crossOrigin = corsOrigins.length > 0;
  const timeLimits = { ...TIME_LIMITS, ...otherTimeLimits };
  for (const warning of config.warnings) logger.warn(warning);
  // Before anything is wired: a database that can't be used is one line, and not a failure of some module.
  const database = await openDatabase(databaseUrl, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, database),
    createHttpAdapter({ timeLimits, trustProxy }),
    { logger, abortOnError: false, bodyParser: false },
  );
  const server = app.getHttpAdapter().getInstance();
  const log = new RequestLog(logger.pino, app.get(Metrics), app.get(Tracing));
  const problems = app.get(ProblemFilter);
  const docs = new OpenApiRoutes(problems, () => app.get(SqlClient).query(FIRST_PRODUCTS));
  declarePrincipal(server);
  declareMatchedRoute(server);
  addBodyParsers(server);
  addRequestHooks(
    server,
    requestHooks({
      get: (provider) => app.get(provider),
      log,
      timeLimits,
      crossOrigin,
      closeDocs: () => docs.close(),
    }),
  );
  if (crossOrigin) app.enableCors(corsOptions(corsOrigins));
  app.setGlobalPrefix('api', { exclude: [...OUTSIDE_THE_API] });
  app.useWebSocketAdapter(new SocketIoAdapter(app, corsOrigins));
  docs.addTo(server);
  await app.init();
  openFastPath(app, app.get(FastSearchHandler), { log, problems });
  if (config.demo ?? config.embedded) await app.get(DemoCatalogue).loadIfEmpty();
  return app;
}
