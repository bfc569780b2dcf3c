import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { BoundedReading } from './bounded-reading.js';
import { type Health, HealthService } from './health.service.js';

/** Each takes a connection of writes and one of searches, for up to 2 s. */
const RATE = { atOnce: 50, perSecond: 20 };

@Controller('health')
export class HealthController {
  private readonly state: BoundedReading<Health>;

  constructor(health: HealthService) {
    this.state = new BoundedReading(() => health.check(), RATE);
  }

  /** The process runs. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The instance can serve; 503 names the part that can't. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    return this.answer(reply);
  }

  @Get()
  async all(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health & { uptimeSeconds: number }> {
    return { ...(await this.answer(reply)), uptimeSeconds: Math.round(process.uptime()) };
  }

  private async answer(reply: FastifyReply): Promise<Health> {
    const health = await this.state.read();
    void reply.status(health.status === 'unavailable' ? 503 : 200).header('cache-control', 'no-store');
    return health;
  }
}
