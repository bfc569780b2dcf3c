import { Controller, HttpCode, Post, Req, Res, UnsupportedMediaTypeException } from '@nestjs/common';
import { Access } from '../../auth/index.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { StreamedCsv } from '../../http/index.js';
import { keyOwnerOf, REPLAYED, requestHash } from '../../idempotency/index.js';
import { AgmarknetImporter, type ImportSummary } from './agmarknet-importer.js';
import { IdempotentImporter } from './idempotent-importer.js';

@Controller('imports')
export class ImportsController {
  constructor(
    private readonly importer: AgmarknetImporter,
    private readonly keyedImporter: IdempotentImporter,
  ) {}

  /** The body is read as it arrives; it may be of any length. */
  @Post('agmarknet')
  @Access('admin')
  @HttpCode(200)
  @StreamedCsv()
  async agmarknet(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportSummary> {
    const file = request.body;
    if (!(file instanceof Readable)) throw new UnsupportedMediaTypeException('Send the file as text/csv');
    const owner = keyOwnerOf(request);
    if (!owner) return this.importer.import(file, request.id);
    const hashOf = (body: Buffer) => requestHash(request, body);
    const { summary, replayed } = await this.keyedImporter.import(file, { owner, hashOf, correlationId: request.id });
    if (replayed) void reply.header(REPLAYED, 'true');
    return summary;
  }
}
