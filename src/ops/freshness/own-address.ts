import type { Server } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { urlOf } from '../../config/index.js';

/** Where this instance answers, as any client would ask it. */
@Injectable()
export class OwnAddress {
  constructor(private readonly host: HttpAdapterHost) {}

  /** Undefined until it listens. */
  get url(): string | undefined {
    const address = (this.host.httpAdapter.getHttpServer() as Server).address();
    if (address === null || typeof address === 'string') return undefined;
    return urlOf({ host: address.address, port: address.port });
  }
}
