import type { ExceptionFilter } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openApiDocument } from './document.js';

export { openApiDocument } from './document.js';

/**
 * `/docs` for people, `/docs/openapi.json` for programs.
 *
 * What the page needs is loaded when it is first requested: more than 500 files, which most servers never need, took a
 * seventh of the start and 8 MiB.
 *
 * @param problems answers for files that aren't there
 */
export function addOpenApi(server: FastifyInstance, problems: ExceptionFilter): void {
  let page: Promise<NestFastifyApplication> | undefined;
  let json: string | undefined;
  const load = async (): Promise<NestFastifyApplication> => {
    const { docsPage } = await import('./docs-page.js');
    return docsPage(problems);
  };
  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // What fails is tried again with the next request.
    page ??= load().catch((error: unknown) => {
      page = undefined;
      throw error;
    });
    const docs = (await page).getHttpAdapter().getInstance();
    // It answers by itself, with what has been set here already.
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value!);
    request.raw.headers['x-correlation-id'] = request.id;
    // What serves the files looks at the URL, and knows only its usual spelling.
    const { '*': file } = request.params as { '*'?: string };
    request.raw.url = file === undefined ? '/docs' : `/docs/${encodeURI(file)}`;
    reply.hijack();
    docs.routing(request.raw, reply.raw);
  };
  server.get('/docs', serve);
  server.get('/docs/*', serve);
  server.get('/docs/openapi.json', (_request, reply) => {
    json ??= JSON.stringify(openApiDocument());
    return reply.type('application/json; charset=utf-8').send(json);
  });
  server.addHook('onClose', async () => {
    await (await page)?.close();
  });
}
