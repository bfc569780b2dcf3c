import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PeriodicJob } from '../infra/index.js';
import { IdempotencyKeys } from './idempotency-keys.js';

/** Milliseconds between sweeps, and rows of one statement. */
const EVERY = 5 * 60_000;
const BATCH = 1_000;

/** Removes keys that are older than a day. Every instance does so; they don't wait for each other. */
@Injectable()
export class IdempotencyKeyPruner implements OnApplicationBootstrap, OnModuleDestroy {
  private job: PeriodicJob | undefined;
  private stopping = false;

  constructor(private readonly keys: IdempotencyKeys) {}

  onApplicationBootstrap(): void {
    this.job = new PeriodicJob(IdempotencyKeyPruner.name, EVERY, () => this.run());
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.job?.stop();
  }

  /** In small batches, so that requests don't wait for it. */
  async run(): Promise<void> {
    while (!this.stopping && (await this.keys.purge(BATCH)) === BATCH);
  }
}
