import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { addAccess, TokenVerifier } from './auth/index.js';
import type { AppConfig } from './config/index.js';
import { openDatabase } from './database/index.js';
import {
  addBodyBudget,
  addBodyParsers,
  addDraining,
  addOtherMethods,
  addRequestLog,
  corsOptions,
  createHttpAdapter,
  type HttpTimeLimits,
  ProblemFilter,
  RequestLog,
} from './http/index.js';
import { addIdempotency, IdempotencyService } from './idempotency/index.js';
import { Draining, JsonLogger, Metrics } from './infra/index.js';
import { ClientAddresses, limitRequests, RateLimits } from './rate-limit/index.js';
import { validationPipe } from './validation/index.js';
import { openFastPath } from './fast-path/index.js';
import { DemoCatalogue, FastSearchHandler } from './inventory/index.js';
import { addOpenApi } from './openapi/index.js';
import { SocketIoAdapter } from './realtime/index.js';

/** Wires the application; the caller makes it listen and closes it. */
export async function createApplication(
  config: AppConfig,
  databaseUrl: string,
  timeLimits: HttpTimeLimits = {},
): Promise<NestFastifyApplication> {
  const { trustProxy, corsOrigins } = config;
  const crossOrigin = corsOrigins.length > 0;
  const logger = new JsonLogger(config);
  // Before anything is wired: a database that can't be used is one line, and not a failure of some module.
  const database = await openDatabase(databaseUrl, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, database),
    createHttpAdapter({ trustProxy, crossOrigin, ...timeLimits }),
    { logger, abortOnError: false, bodyParser: false },
  );
  const metrics = app.get(Metrics);
  const server = app.getHttpAdapter().getInstance();
  addBodyBudget(server);
  addBodyParsers(server);
  const log = new RequestLog(logger.pino, metrics);
  addRequestLog(server, log);
  addAccess(server, app.get(TokenVerifier), limitRequests(app.get(RateLimits), app.get(ClientAddresses)));
  addIdempotency(server, app.get(IdempotencyService));
  addDraining(server, app.get(Draining));
  addOtherMethods(server);
  if (crossOrigin) app.enableCors(corsOptions(corsOrigins));
  app.setGlobalPrefix('api', { exclude: ['health', 'health/live', 'health/ready', 'metrics', 'docs/asyncapi.json'] });
  app.useGlobalPipes(validationPipe());
  const problems = new ProblemFilter(metrics);
  app.useGlobalFilters(problems);
  app.useWebSocketAdapter(new SocketIoAdapter(app, corsOrigins));
  addOpenApi(server, problems);
  await app.init();
  openFastPath(app, app.get(FastSearchHandler), { log, problems });
  if (config.demo ?? config.embedded) await app.get(DemoCatalogue).loadIfEmpty();
  return app;
}
