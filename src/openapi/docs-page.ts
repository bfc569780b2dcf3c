import { type ExceptionFilter, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type OpenApiDocument, openApiDocument } from './document.js';
import { documentToTryOut, type PresentProducts } from './try-it-out.js';

@Module({})
class DocsModule {}

/**
 * Swagger UI at `/docs`, as an application of its own that never listens.
 *
 * @param present gives products whose ids the forms are filled with
 */
export async function docsPage(
  problems: ExceptionFilter,
  present: () => Promise<PresentProducts>,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    DocsModule,
    new FastifyAdapter({ requestIdHeader: 'x-correlation-id' }),
    { logger: false },
  );
  // Its type is that of OpenAPI 3.0.
  SwaggerModule.setup('docs', app, openApiDocument() as unknown as OpenAPIObject, {
    raw: false,
    customSiteTitle: 'Mandi Inventory Sync',
    patchDocumentOnRequest: async (_request, _response, document) => {
      const shown = documentToTryOut(document as unknown as OpenApiDocument, await present());
      return shown as unknown as OpenAPIObject;
    },
    swaggerOptions: {
      // A token that was entered once is there after the page has been loaded again.
      persistAuthorization: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      // The path and the operation are in the address, so that they can be linked to.
      deepLinking: true,
    },
  });
  app.useGlobalFilters(problems);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
