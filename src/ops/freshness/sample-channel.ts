import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { AppConfig } from '../../config/index.js';
import { EventLog } from '../../events/index.js';
import { RedisConnections } from '../../infra/index.js';
import { parseSample, type SampledChange } from './sampled-change.js';

/** Brings what one instance samples to all of them, itself included; without Redis it is the only one. */
@Injectable()
export class SampleChannel implements OnApplicationBootstrap {
  private readonly logger = new Logger(SampleChannel.name);
  private readonly receivers: ((sample: SampledChange) => void)[] = [];
  private redis: { publisher: Redis; subscriber: Redis } | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly log: EventLog,
    @Inject(RedisConnections) private readonly connections: RedisConnections | null,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.connections || this.config.freshnessAuditSeconds === 0) return;
    const publisher = this.connections.open('freshness', { commandTimeout: 1_000 });
    const subscriber = this.connections.open('freshness-subscriber');
    subscriber.on('ready', () => {
      subscriber.subscribe(this.channel).catch((error: unknown) => this.logger.debug(error));
    });
    subscriber.on('message', (_channel: string, text: string) => {
      // Other databases may use the same Redis and channel.
      this.receive(parseSample(text, this.log.epoch));
    });
    this.redis = { publisher, subscriber };
  }

  subscribe(receive: (sample: SampledChange) => void): void {
    this.receivers.push(receive);
  }

  /** What Redis doesn't take is for this instance alone. */
  async send(sample: SampledChange): Promise<void> {
    if (this.redis?.publisher.status !== 'ready') return this.receive(sample);
    try {
      await this.redis.publisher.publish(this.channel, JSON.stringify({ ...sample, epoch: this.log.epoch }));
    } catch (error) {
      this.logger.debug(error);
      this.receive(sample);
    }
  }

  private get channel(): string {
    return `${this.config.inventoryChannel}:freshness`;
  }

  private receive(sample: SampledChange | undefined): void {
    if (sample) for (const receive of this.receivers) receive(sample);
  }
}
