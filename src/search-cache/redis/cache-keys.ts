import { balancedTags, ownerTag } from '../../infra/index.js';

/** Whose pages they are: those of another database, or of a copy of it that has a channel of its own, are not ours. */
export interface CacheOwner {
  /** UUID of the database's log. */
  epoch: string;
  /** On which its instances hear of events. */
  channel: string;
}

/**
 * Beginning of the keys of pages. To be changed with what pages hold: instances of the version before, which share
 * everything else during an upgrade, must neither serve the new pages nor leave theirs to new instances.
 */
const PAGES = 'entry3';

/**
 * Version of the scopes. To be changed with what they are called: an instance of another version invalidates scopes
 * that pages of this one don't depend on, so it must not hold the lease of these, either. It has keys of its own then.
 */
const SCOPES = 3;

const tagOf = ({ epoch, channel }: CacheOwner): string => `search:${ownerTag(epoch, channel)}:${SCOPES}`;

/**
 * Names of the keys in Redis. All have one hash tag, the owner's or that of one partition in a Redis Cluster, so that
 * every script finds its keys on one node. What they are called inside is what versions before have written, with
 * which an upgrade shares them.
 */
export class CacheKeys {
  private readonly prefix: string;
  readonly epoch: string;
  readonly lease: string;
  readonly byUse: string;
  readonly evictions: string;
  readonly clock: string;
  readonly invalidations: string;
  readonly listings: string;
  readonly tokensByUse: string;
  readonly wal: string;

  /** @param partition of how many, in a cluster; without it all is in one */
  constructor(owner: CacheOwner, partition?: { index: number; of: number }) {
    this.epoch = owner.epoch;
    const tag = tagOf(owner);
    this.prefix = `{${partition ? balancedTags(tag, partition.of)[partition.index]! : tag}}:`;
    this.lease = `${this.prefix}lease`;
    this.byUse = `${this.prefix}by-use`;
    this.evictions = `${this.prefix}evictions`;
    this.clock = `${this.prefix}clock`;
    this.invalidations = `${this.prefix}renewals`;
    this.listings = `${this.prefix}places`;
    this.tokensByUse = `${this.prefix}tokens`;
    this.wal = `${this.prefix}wal`;
  }

  scope(scope: string): string {
    return this.prefix + scope;
  }

  /** The scope that a key of `scope` is of. */
  scopeOf(key: string): string {
    return key.slice(this.prefix.length);
  }

  /** The count of one process's commands. @param id of the process */
  process(id: string): string {
    return `${this.prefix}process:${id}`;
  }

  entry(key: string): string {
    return `${this.prefix}${PAGES}:${key}`;
  }
}
