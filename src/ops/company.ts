import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { EventsStatus } from '../events/index.js';
import { PeriodicJob } from '../infra/index.js';

const LOOK_EVERY = 60_000;

export const WITHOUT_REDIS = 'other instances use the database, and without Redis they are followed by the log only';

/**
 * Instances of one database need Redis: without it each has a cache of its own, and a search of one may miss what was
 * acknowledged by another.
 */
@Injectable()
export class Company implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Company.name);
  private job: PeriodicJob | undefined;
  private warned = false;

  constructor(
    private readonly events: EventsStatus,
    private readonly config: AppConfig,
  ) {}

  /** False if there are other instances, and no Redis. Throws what the driver throws. */
  async isRight(): Promise<boolean> {
    return this.config.redis !== undefined || this.config.embedded || !(await this.events.hasOthers());
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.redis !== undefined || this.config.embedded) return;
    this.job = new PeriodicJob('look for other instances', LOOK_EVERY, () => this.look());
    await this.look().catch((error: unknown) => this.logger.debug(error));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.job?.stop();
  }

  private async look(): Promise<void> {
    if (this.warned || (await this.isRight())) return;
    this.warned = true;
    this.logger.warn(`REDIS_URL is not set, but ${WITHOUT_REDIS}: searches may be older than an acknowledged change`);
  }
}
