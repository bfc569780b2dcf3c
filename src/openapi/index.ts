import type { ExceptionFilter } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fixedBody } from '../http/index.js';
import { openApiDocument } from './document.js';
import type { PresentProducts } from './try-it-out.js';

export { openApiDocument } from './document.js';

/**
 * `/docs` for people, `/docs/openapi.json` for programs.
 *
 * What the page needs is loaded when it is first requested: more than 500 files, which most servers never need, took a
 * seventh of the start and 8 MiB.
 */
export class OpenApiRoutes {
  private page: Promise<NestFastifyApplication> | undefined;
  private json: Buffer | undefined;

  /**
   * @param problems answers for files that aren't there
   * @param present gives products whose ids the page fills its forms with; without any it keeps those of the examples
   */
  constructor(
    private readonly problems: ExceptionFilter,
    private readonly present: () => Promise<PresentProducts>,
  ) {}

  addTo(server: FastifyInstance): void {
    const serve = (request: FastifyRequest, reply: FastifyReply): Promise<void> => this.serve(request, reply);
    server.get('/docs', serve);
    server.get('/docs/*', serve);
    server.get('/docs/openapi.json', (_request, reply) => {
      this.json ??= fixedBody(JSON.stringify(openApiDocument()));
      return reply.type('application/json; charset=utf-8').send(this.json);
    });
  }

  async close(): Promise<void> {
    await (await this.page)?.close();
  }

  private async serve(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    // What fails is tried again with the next request.
    this.page ??= this.load().catch((error: unknown) => {
      this.page = undefined;
      throw error;
    });
    const docs = (await this.page).getHttpAdapter().getInstance();
    // It answers by itself, with what has been set here already.
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value!);
    request.raw.headers['x-correlation-id'] = request.id;
    // What serves the files looks at the URL, and knows only its usual spelling.
    const { '*': file } = request.params as { '*'?: string };
    request.raw.url = file === undefined ? '/docs' : `/docs/${encodeURI(file)}`;
    reply.hijack();
    docs.routing(request.raw, reply.raw);
  }

  private async load(): Promise<NestFastifyApplication> {
    const { docsPage } = await import('./docs-page.js');
    // A page without ids that are there is better than none.
    return docsPage(this.problems, () => this.present().catch(() => []));
  }
}
