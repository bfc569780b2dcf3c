import { Controller, Get, Logger, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { Access } from '../../auth/index.js';
import type { AuditedEvent, Page } from '../../contracts/index.js';
import { TakesQuery } from '../../http/index.js';
import { ValidationFailedError } from '../../infra/index.js';
import { type AuditFormat, formatOf } from '../audit/audit-formats.js';
import { type AuditFilter, AuditLog } from '../audit/audit-log.js';
import { AwaitSequenced } from '../commit/await-sequenced.js';
import { EventLog } from '../log/event-log.js';
import { AuditQuery } from './audit.dto.js';

@Controller('audit')
export class AuditController {
  private readonly logger = new Logger(AuditController.name);

  constructor(
    private readonly audit: AuditLog,
    private readonly log: EventLog,
    private readonly awaitSequenced: AwaitSequenced,
  ) {}

  /** A page as JSON, or everything as a file: as `Accept` wants it. */
  @Get()
  @TakesQuery()
  @Access('admin')
  async read(
    @Query() { limit, cursor, ...filter }: AuditQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = cursor === undefined ? Number.MAX_SAFE_INTEGER : positionOf(cursor);
    await this.awaitSequenced.all();
    const { epoch, position } = await this.log.head();
    const before = Math.min(asked, position + 1);
    void reply.header('vary', 'Accept');
    const format = formatOf(request.headers.accept);
    if (format) {
      await this.audit.expectKept(filter);
      return void reply.type(format.type).send(this.file(format, filter, before));
    }
    const { events, reached } = await this.audit.page(filter, before, limit);
    const nextCursor = reached > 1 ? cursorOf(reached) : null;
    void reply.send({ items: events, nextCursor, epoch, position } satisfies Page<AuditedEvent>);
  }

  /** What can't be read to its end is cut off, and no file for any reader. */
  private file(format: AuditFormat, filter: AuditFilter, before: number): Readable {
    const stream = Readable.from(this.parts(format, filter, before), { objectMode: false });
    return stream.on('error', (error) => this.logger.warn(error));
  }

  private async *parts({ header, line }: AuditFormat, filter: AuditFilter, before: number): AsyncGenerator<string> {
    const { epoch } = this.log;
    if (header !== '') yield header;
    for await (const events of this.audit.all(filter, before)) {
      let lines: string[] = [];
      let length = 0;
      for (const row of events) {
        const text = line(row, epoch);
        lines.push(text);
        length += text.length;
        if (length < PART) continue;
        yield lines.join('');
        [lines, length] = [[], 0];
      }
      if (length > 0) yield lines.join('');
    }
  }
}

/** Characters that are sent at once. Of more, which take two bytes each, V8 makes objects that it collects late. */
const PART = 16 * 1024;

/** Opaque to clients: the position above which everything has been read. */
const cursorOf = (position: number): string => Buffer.from(`audit:${position}`).toString('base64url');

function positionOf(cursor: string): number {
  const [, digits] = /^audit:([1-9]\d{0,14})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (digits === undefined)
    throw new ValidationFailedError([{ field: 'cursor', message: 'is not a cursor of the audit' }]);
  return Number(digits);
}
