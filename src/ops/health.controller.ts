import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Health, HealthService } from './health.service.js';

@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

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
    const health = await this.health.check();
    void reply.status(health.status === 'unavailable' ? 503 : 200).header('cache-control', 'no-store');
    return health;
  }
}
