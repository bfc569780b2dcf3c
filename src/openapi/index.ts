import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { openApiDocument } from './document.js';

export { openApiDocument } from './document.js';

/** `/docs` for people, `/docs/openapi.json` for programs. */
export function addOpenApi(app: NestFastifyApplication): void {
  // Its type is that of OpenAPI 3.0.
  const document = openApiDocument() as unknown as OpenAPIObject;
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Mandi Inventory Sync',
    swaggerOptions: {
      // A token that was entered once is there after the page has been loaded again.
      persistAuthorization: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      // The path and the operation are in the address, so that they can be linked to.
      deepLinking: true,
    },
  });
}
