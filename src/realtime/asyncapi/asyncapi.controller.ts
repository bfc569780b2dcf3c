import { Controller, Get } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { asyncApiDocument } from './document.js';

/** `/docs/asyncapi.json`: the WebSocket messages for programs, beside `/docs/openapi.json`. */
@Controller('docs/asyncapi.json')
export class AsyncApiController {
  private readonly document: object;

  constructor(config: AppConfig) {
    this.document = asyncApiDocument(config);
  }

  @Get()
  read(): object {
    return this.document;
  }
}
