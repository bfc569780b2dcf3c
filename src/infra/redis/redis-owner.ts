import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { AppConfig } from '../../config/index.js';

/**
 * Eight hexadecimal digits for whose keys in a Redis are, which other databases may use, too. A copy of a database has
 * its epoch, but its instances have a channel of their own.
 * @param epoch UUID of the database's log
 * @param channel on which its instances hear of events
 */
export function ownerTag(epoch: string, channel: string): string {
  return createHash('sha256').update(`${epoch} ${channel}`).digest('hex').slice(0, 8);
}

/** The tag of this process' database, for keys that are named in `infra`, which doesn't know the log. */
@Injectable()
export class RedisOwner {
  private readEpoch = (): string => '';
  private cached = { epoch: '', tag: '' };

  constructor(private readonly config: AppConfig) {}

  /** @param epoch called at each use, as a log that was set back gets a new one */
  follow(epoch: () => string): void {
    this.readEpoch = epoch;
  }

  /** @throws before the log has been read: keys without an owner would be everybody's */
  get tag(): string {
    const epoch = this.readEpoch();
    if (epoch === '') throw new Error('RedisOwner: the epoch of the log is not known yet');
    if (this.cached.epoch !== epoch) this.cached = { epoch, tag: ownerTag(epoch, this.config.inventoryChannel) };
    return this.cached.tag;
  }
}
