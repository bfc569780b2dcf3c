import { Controller, HttpCode, Post, Req, UnsupportedMediaTypeException } from '@nestjs/common';
import { ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { StreamedCsv } from '../../infra/index.js';
import { AgmarknetImporter, type ImportSummary } from './agmarknet-importer.js';

@ApiTags('imports')
@Controller('imports')
export class ImportsController {
  constructor(private readonly importer: AgmarknetImporter) {}

  /** The body is read as it arrives; it may be of any length. */
  @Post('agmarknet')
  @HttpCode(200)
  @StreamedCsv()
  @ApiConsumes('text/csv')
  agmarknet(@Req() request: FastifyRequest): Promise<ImportSummary> {
    if (!(request.body instanceof Readable)) throw new UnsupportedMediaTypeException('Send the file as text/csv');
    return this.importer.import(request.body);
  }
}
