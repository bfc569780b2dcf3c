import { NestFactory } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { AppConfig } from './config/index.js';
import {
  addBodyParsers,
  addDraining,
  addRequestLog,
  createHttpAdapter,
  Draining,
  JsonLogger,
  Metrics,
  ProblemFilter,
  validationPipe,
} from './infra/index.js';
import { DemoCatalogue } from './inventory/index.js';
import { addOpenApi } from './openapi.js';

/** Wires the application; the caller makes it listen and closes it. */
export async function createApplication(config: AppConfig, databaseUrl: string): Promise<NestFastifyApplication> {
  const logger = new JsonLogger(config);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, databaseUrl),
    createHttpAdapter(),
    { logger, abortOnError: false, bodyParser: false },
  );
  const metrics = app.get(Metrics);
  const server = app.getHttpAdapter().getInstance();
  addBodyParsers(server);
  addRequestLog(server, logger.pino, metrics);
  addDraining(server, app.get(Draining));
  app.setGlobalPrefix('api', { exclude: ['health', 'health/live', 'health/ready', 'metrics', 'docs/asyncapi.json'] });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(metrics));
  app.useWebSocketAdapter(new IoAdapter(app));
  addOpenApi(app);
  await app.init();
  if (config.demo ?? config.embedded) await app.get(DemoCatalogue).loadIfEmpty();
  return app;
}
