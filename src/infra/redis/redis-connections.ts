import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisConfig } from '../../config/index.js';

/** Opens connections to the one Redis and closes them all at shutdown. They reconnect by themselves for ever. */
@Injectable()
export class RedisConnections implements OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  private readonly opened: Redis[] = [];

  constructor(private readonly config: RedisConfig) {}

  /** @param purpose names the connection in `CLIENT LIST` and in the log */
  open(purpose: string, options: RedisOptions = {}): Redis {
    const redis = new Redis({
      host: this.config.host,
      port: this.config.port,
      ...(this.config.password !== undefined && { password: this.config.password }),
      connectionName: `mandi-inventory-sync:${purpose}`,
      // Commands while Redis is away fail at once: every caller has a way to go on without it.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 2_000,
      retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
      ...options,
    });
    // One line when it goes away, one when it is back; not one per attempt.
    let failing = false;
    redis.on('error', (error: Error) => {
      if (!failing) this.logger.warn(`${purpose}: ${error.message}`);
      failing = true;
    });
    redis.on('ready', () => {
      if (failing) this.logger.log(`${purpose}: connected again`);
      failing = false;
    });
    this.opened.push(redis);
    return redis;
  }

  onApplicationShutdown(): void {
    for (const redis of this.opened) redis.disconnect();
  }
}
