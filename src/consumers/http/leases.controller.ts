import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../auth/index.js';
import type { LeasedEvents } from '../../contracts/index.js';
import { TakesQuery } from '../../http/index.js';
import { ValidationFailedError } from '../../infra/index.js';
import { IdPipe } from '../../validation/index.js';
import { ConsumerLeases } from '../leases/consumer-leases.js';
import { LeaseWaits } from '../leases/lease-waits.js';
import { AcknowledgeBody, ConsumerEventsQuery } from './consumer.dto.js';

/** What a program outside does to consume. */
@Controller('consumers')
export class LeasesController {
  constructor(
    private readonly waits: LeaseWaits,
    private readonly leases: ConsumerLeases,
  ) {}

  @Get(':id/events')
  @Access('consumer')
  @TakesQuery()
  async events(
    @Param('id', IdPipe) name: string,
    @Query() { max, waitSeconds }: ConsumerEventsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LeasedEvents> {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    reply.raw.once('close', leave);
    try {
      const holder = request.principal!.subject;
      return await this.waits.take(name, { max, waitSeconds, holder, gone: gone.signal });
    } finally {
      reply.raw.removeListener('close', leave);
    }
  }

  @Post(':id/ack')
  @Access('consumer')
  @HttpCode(204)
  async acknowledge(@Param('id', IdPipe) name: string, @Body() body: AcknowledgeBody): Promise<void> {
    const { lease, position, failed } = body;
    if ((position === undefined) === (failed === undefined)) {
      throw new ValidationFailedError([{ field: 'position', message: 'or failed must be given, and not both' }]);
    }
    if (failed) await this.leases.fail(name, lease, failed);
    else await this.leases.acknowledge(name, lease, position!);
  }
}
