import { Controller, HttpCode, Post, Query, Req, Res, UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { Access, type Author, CurrentActor } from '../../auth/index.js';
import type { ImportSummary } from '../../contracts/index.js';
import { StreamedFile, TakesQuery } from '../../http/index.js';
import { keyOwnerOf, REPLAYED, requestHash } from '../../idempotency/index.js';
import { AgmarknetImporter } from './agmarknet-importer.js';
import { IdempotentImporter } from './idempotent-importer.js';
import { ImportQuery } from './import.dto.js';

@Controller('imports')
export class ImportsController {
  constructor(
    private readonly importer: AgmarknetImporter,
    private readonly keyedImporter: IdempotentImporter,
  ) {}

  /** The body is read as it arrives; it may be of any length. A key is no use for a dry run, which may be repeated. */
  @Post('agmarknet')
  @Access('admin')
  @HttpCode(200)
  @StreamedFile()
  @TakesQuery()
  async agmarknet(
    @Query() { state, day, dryRun }: ImportQuery,
    @Req() request: FastifyRequest,
    @CurrentActor() author: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportSummary> {
    const file = request.body;
    if (!(file instanceof Readable)) throw new UnsupportedMediaTypeException('Send the file as text/csv');
    const parameters = { state, day };
    const owner = keyOwnerOf(request);
    if (dryRun) return this.importer.preview(file, parameters);
    if (!owner) return this.importer.import(file, parameters, author);
    const said = state === undefined && day === undefined ? [] : [state ?? '', day ?? ''];
    const hashOf = (body: Buffer) => requestHash(request, body, said);
    const { summary, replayed } = await this.keyedImporter.import(file, { owner, hashOf, caller: author, parameters });
    if (replayed) void reply.header(REPLAYED, 'true');
    return summary;
  }
}
