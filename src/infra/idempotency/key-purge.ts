import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { IdempotencyKeys } from './idempotency-keys.js';

/** Milliseconds between looks, and rows of one statement. */
const EVERY = 5 * 60_000;
const BATCH = 1_000;

/** Removes keys that are older than a day. Every instance does so; they don't wait for each other. */
@Injectable()
export class KeyPurge implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(KeyPurge.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly keys: IdempotencyKeys) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.run()
        .catch((error: unknown) => this.logger.debug(error))
        .finally(() => (this.running = undefined));
    }, EVERY).unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** In small batches, so that nobody waits for it. */
  async run(): Promise<void> {
    while (!this.stopping && (await this.keys.purge(BATCH)) === BATCH);
  }
}
