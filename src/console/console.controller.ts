import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConsoleFiles } from './console-files.js';

/** Nothing inline, nothing of another host. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src %CONNECT%; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
/** A host as browsers write it. Browsers before 2022 don't count its sockets to `'self'`. */
const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i;
const A_YEAR = 'public, max-age=31536000, immutable';
const ASK_FIRST = 'no-cache';

/** Files for people, outside the API: anybody may have them, and they aren't limited. */
@Controller()
export class ConsoleController {
  constructor(private readonly files: ConsoleFiles) {}

  /** A person who opens the printed URL sees the console; programs still learn that there is nothing. */
  @Get()
  start(@Req() { headers }: FastifyRequest, @Res() reply: FastifyReply): void {
    void reply.header('vary', 'accept');
    if (headers.accept?.includes('text/html') !== true) throw new NotFoundException('Nothing is here');
    // Relative, as all the console's own links: a proxy may have the server under a path.
    void reply.redirect('console', 302);
  }

  /** Its links begin with `console/`, so that they are right without a slash behind it. */
  @Get('console')
  page(@Res() reply: FastifyReply): Promise<void> {
    return this.send('index.html', reply);
  }

  @Get('console/*')
  file(@Param('*') file: string, @Res() reply: FastifyReply): Promise<void> | void {
    if (file !== '') return this.send(file, reply);
    void reply.redirect('../console', 302);
  }

  private async send(name: string, reply: FastifyReply): Promise<void> {
    const { headers } = reply.request;
    const accepted = headers['accept-encoding'];
    const file = await this.files.find(name, Array.isArray(accepted) ? accepted.join() : accepted);
    if (!file) throw new NotFoundException('There is no such file');
    const { host = '' } = headers;
    const sockets = HOST.test(host) ? ` ws://${host} wss://${host}` : '';
    void reply
      .type(file.type)
      .header('vary', 'accept-encoding')
      .header('etag', file.etag)
      .header('cache-control', file.permanent ? A_YEAR : ASK_FIRST);
    if (name.endsWith('.html')) {
      void reply.header('content-security-policy', POLICY.replace('%CONNECT%', `'self'${sockets}`));
    }
    if (headers['if-none-match'] === file.etag) return void reply.status(304).send();
    if (file.encoding !== undefined) void reply.header('content-encoding', file.encoding);
    void reply.send(file.body);
  }
}
