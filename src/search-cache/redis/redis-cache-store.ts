import { randomBytes } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { isWalPosition, type ReadFloor, type WalPosition } from '../../database/index.js';
import { NextTurn } from '../../infra/index.js';
import { GENERAL_SCOPE, type Listing } from '../scopes/scope-names.js';
import { MAX_WATCHED_LISTINGS, listingName } from '../scopes/watched-listings.js';
import {
  type AskWal,
  type CachedPage,
  type CacheRead,
  LEASE_MS,
  type ScopesOf,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from '../store/search-cache-store.js';
import { CacheKeys, type CacheOwner } from './cache-keys.js';
import { WatchedListingsReplica, type PlaceNews } from './watched-listings-replica.js';
import type { LRUCache } from 'lru-cache';
import { type PageCopy, PageCopies } from './page-copies.js';
import { addScripts, type Scripts } from './scripts.js';
import { highestFloor } from './token-floors.js';
import { RedisTime, SeenHistory, serverIds } from './seen-history.js';

/** Milliseconds a token outlives an entry. */
const TOKEN_GRACE = 60_000;

/**
 * Tokens kept for each entry that may be: made-up searches leave up to 60 each and no entry that is ever read again.
 * The in-process store has as many for the default `MAX_CACHE_SIZE`.
 */
const TOKENS_PER_ENTRY = 50;
/** Of a partition, since some have more than their share: over all partitions there may be eight times as many. */
const TOKENS_PER_ENTRY_AND_PARTITION = Math.ceil((TOKENS_PER_ENTRY * 8) / 64);
/** Listings that one partition may watch before all of its listings count as watched. */
const MAX_LISTINGS_OF_PARTITION = MAX_WATCHED_LISTINGS / 16;
/** More than any one search has. */
const FEWEST_TOKENS = 1_000;

/** Times that a change's scopes are named at most for want of a listing that has come to be watched meanwhile. */
const MOST_NAMINGS = 3;

/** While a slot goes to another master. A cluster that is down takes commands of one key neither. */
const SLOT_ON_ITS_WAY = /TRYAGAIN|non local key|Too many Cluster redirections(?!.*CLUSTERDOWN)/;

/** One of the parts that a cache in a Redis Cluster consists of. */
export interface CachePartition {
  index: number;
  of: number;
  copies: LRUCache<string, PageCopy>;
}

/**
 * The cache that all instances share, or one partition of it in a Redis Cluster. One round trip and one script per
 * operation; nothing is found by scanning.
 *
 * A page that this process has read before is served from a copy while no scope at all has been invalidated since Redis
 * compared its tokens. Whether that is so is asked once for all reads of one turn of the event loop.
 */
export class RedisCacheStore<Client extends Redis | Cluster = Redis> extends SearchCacheStore {
  private readonly scripts: Scripts;
  private readonly ttl: number;
  /** With a counter behind it, never the same twice over all processes. */
  private readonly nonce = `-${randomBytes(6).toString('base64url')}-`;
  private calls = 0;
  private readonly copies: PageCopies;
  private readonly mostListings: number;
  private readonly mostTokens: number;
  private readonly listings: WatchedListingsReplica;
  private readonly history = new SeenHistory();
  private readonly time = new RedisTime();
  private readonly rollbackListeners: (() => void)[] = [];
  private madeKeys: CacheKeys | undefined;
  private readonly state: NextTurn<(string | Buffer | null)[]>;
  /** The issuer of tokens when the time was asked for, in a cluster. */
  private issuer = '';

  private readonly record = new NextTurn(() => this.askRecord());
  /** Of the log; otherwise it was known when it was last heard of. */
  private mayBeUnknown = true;

  /** @param owner asked at each use: the log is known by then, and one that was set back gets a new epoch */
  constructor(
    private readonly redis: Client,
    private readonly owner: () => CacheOwner,
    private readonly maxEntries: number,
    ttlSeconds: number,
    private readonly partition?: CachePartition,
  ) {
    super();
    this.mostListings = partition ? MAX_LISTINGS_OF_PARTITION : MAX_WATCHED_LISTINGS;
    const tokensPerEntry = partition ? TOKENS_PER_ENTRY_AND_PARTITION : TOKENS_PER_ENTRY;
    this.mostTokens = Math.max(FEWEST_TOKENS, tokensPerEntry * maxEntries);
    this.copies = new PageCopies(partition?.copies);
    this.listings = new WatchedListingsReplica(this.mostListings);
    this.state = new NextTurn(() => this.askState());
    this.ttl = ttlSeconds * 1_000;
    this.scripts = addScripts(redis);
    // What answers after a lost connection may be a replica or a restored copy: older, without the last invalidations.
    redis.on('close', () => this.distrust());
  }

  private get keys(): CacheKeys {
    const owner = this.owner();
    const known = this.madeKeys;
    if (known && known.epoch === owner.epoch) return known;
    const keys = new CacheKeys(owner, this.partition);
    this.madeKeys = keys;
    // The database was set back: what is known of Redis is of other keys.
    if (known) this.distrust();
    return keys;
  }

  async read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead> {
    return (await this.readCopy(key)) ?? (await this.readEntry(key, scopes, listing));
  }

  /** Undefined: Redis has to look at the entry. */
  private async readCopy(key: string): Promise<CacheRead | undefined> {
    const copy = this.copies.probablyCurrent(key);
    if (!copy) return undefined;
    const [lease, counted] = await this.state.ask();
    if (lease == null) return { result: 'bypass' };
    const invalidations = counted?.toString() ?? '';
    if (!this.sawInvalidations(invalidations)) return { result: 'bypass' };
    this.copies.saw(invalidations);
    return copy.invalidations === invalidations ? { result: 'hit', page: copy.page } : undefined;
  }

  private askState(): Promise<(string | Buffer | null)[]> {
    const keys = [this.keys.lease, this.keys.invalidations];
    return this.partition ? (this.scripts.state(keys) as Promise<(Buffer | null)[]>) : this.redis.mget(...keys);
  }

  private async readEntry(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead> {
    this.calls += 1;
    const copy = this.copies.page(key);
    const { keys } = this;
    const answer = (await this.scripts.read(
      [
        keys.entry(key),
        keys.lease,
        keys.byUse,
        keys.clock,
        keys.invalidations,
        keys.listings,
        keys.scope(GENERAL_SCOPE),
        keys.tokensByUse,
        keys.wal,
        ...scopes.map((scope) => keys.scope(scope)),
      ],
      [
        this.ttl + TOKEN_GRACE,
        this.nonce + this.calls.toString(36),
        copy?.etag ?? '',
        listing ? listingName(listing) : '',
        this.mostListings,
        this.mostTokens,
      ],
    )) as Buffer[];
    switch (answer[0]!.toString()) {
      case 'hit': {
        const [etag, invalidations, livesFor] = answer.slice(1, 4).map(String);
        if (!this.sawInvalidations(invalidations!)) return { result: 'bypass' };
        const page = answer[4] === undefined ? copy! : { body: answer[4], etag: etag! };
        this.copies.keep(key, { page, invalidations: invalidations! }, Number(livesFor));
        return { result: 'hit', page };
      }
      case 'miss':
        return this.missOf(answer, scopes);
      default:
        return { result: 'bypass' };
    }
  }

  async fill(key: string, page: CachedPage, tokens: Tokens, hints: readonly string[]): Promise<void> {
    const { keys } = this;
    const scopes = [...tokens.keys()].map((scope) => keys.scope(scope));
    await this.scripts.fill(
      [keys.entry(key), keys.byUse, keys.evictions],
      [
        this.ttl,
        this.maxEntries,
        page.body,
        page.etag,
        scopes.length,
        ...scopes,
        ...tokens.values(),
        ...hints.map((scope) => keys.scope(scope)),
      ],
    );
  }

  async invalidate(scopes: readonly string[], wal?: WalPosition): Promise<void> {
    await this.invalidateKnown(scopes, wal, []);
  }

  async invalidateWatched(scopesOf: ScopesOf, wal?: WalPosition): Promise<void> {
    for (let naming = 0; naming < MOST_NAMINGS; naming += 1) {
      const named = scopesOf((listing) => this.listings.has(listing));
      if (await this.invalidateKnown(named, wal, this.listings.upTo)) return;
    }
    await this.invalidate(
      scopesOf(() => true),
      wal,
    );
  }

  /** @returns false if there are listings that the caller who named the scopes didn't know */
  private async invalidateKnown(
    scopes: readonly string[],
    wal: WalPosition = '',
    upTo: readonly string[] = [],
  ): Promise<boolean> {
    const { keys } = this;
    // Lua's unpack takes some thousands of values at once; big batches go in parts. Without any scope it still asks.
    const parts: Promise<PlaceNews | null>[] = [];
    for (let from = 0; from === 0 || from < scopes.length; from += 2_000) {
      const tokens = scopes.slice(from, from + 2_000).map((scope) => keys.scope(scope));
      parts.push(
        this.partition ? this.invalidateOnItsWay(tokens, wal, upTo) : this.invalidateTokens(tokens, wal, upTo),
      );
    }
    const news = (await Promise.all(parts)).filter((one) => one !== null);
    for (const one of news) this.listings.learn(one);
    return news.length === 0;
  }

  /** @returns what the caller hasn't known of the watched listings */
  private async invalidateTokens(
    tokens: readonly string[],
    wal: WalPosition,
    upTo: readonly string[],
  ): Promise<PlaceNews | null> {
    const { invalidations, listings, wal: record } = this.keys;
    const counted = this.history.next();
    const answer = (await this.scripts.invalidate(
      [invalidations, listings, this.keys.scope(GENERAL_SCOPE), this.ownCount, record, ...tokens],
      [...counted, wal, ...upTo],
    )) as PlaceNews | [Buffer] | null;
    this.history.done(counted[1]);
    if (answer === null || answer.length > 1) return answer as PlaceNews | null;
    // Everything is out of date, of whatever place.
    this.distrust();
    return null;
  }

  /**
   * While the partition's slot goes to another master, scripts of many keys are refused, those of readers too, but
   * perhaps not all: then all pages are put out of date by commands of one key, which find it on either side. The
   * record goes first, so that no token can bear it any more, then the token of the general scope; a page that is kept
   * in between is kept under the count that the last command changes. Should the other master fail and the move be
   * taken back, that token may come back: so everything is owed until a whole script has put it out of date.
   */
  private async invalidateOnItsWay(
    tokens: readonly string[],
    wal: WalPosition,
    upTo: readonly string[],
  ): Promise<PlaceNews | null> {
    try {
      return await this.invalidateTokens(tokens, wal, upTo);
    } catch (error) {
      if (!(error instanceof Error && SLOT_ON_ITS_WAY.test(error.message))) throw error;
      await this.redis.del(this.keys.wal);
      await this.redis.del(this.keys.scope(GENERAL_SCOPE));
      await this.redis.incr(this.keys.invalidations);
      this.distrust();
      return null;
    }
  }

  async clear(wal: WalPosition = ''): Promise<void> {
    const { byUse, invalidations, listings, wal: record } = this.keys;
    const [, number, keptFor] = this.history.next();
    await this.scripts.clear(
      [byUse, this.keys.scope(GENERAL_SCOPE), invalidations, listings, this.ownCount, record],
      [number, keptFor, wal],
    );
    this.history.done(number);
  }

  override async settleWal(ask: AskWal): Promise<void> {
    if (!this.mayBeUnknown) return;
    const unknown = await this.settle('', '');
    this.mayBeUnknown = !isWalPosition(unknown);
    const wal = this.mayBeUnknown ? await ask() : undefined;
    if (wal !== undefined) await this.settle(unknown, wal);
  }

  override async floor(): Promise<ReadFloor> {
    const [lease, counted, record] = (await this.record.ask()).map((value) => value?.toString() ?? '');
    if (lease === '' || !this.sawInvalidations(counted!)) return null;
    this.mayBeUnknown ||= !isWalPosition(record!);
    return isWalPosition(record!) ? record! : null;
  }

  private askRecord(): Promise<(Buffer | null)[]> {
    const { lease, invalidations, wal } = this.keys;
    return this.scripts.state([lease, invalidations, wal]) as Promise<(Buffer | null)[]>;
  }

  /** @returns the record of the log */
  private async settle(unknown: string, wal: string): Promise<string> {
    this.calls += 1;
    const name = this.nonce + this.calls.toString(36);
    return String(await this.scripts['settle-wal']([this.keys.wal], [name, unknown, wal]));
  }

  async renewLease(since = performance.now()): Promise<void> {
    if (!this.time.known) await this.lease(0);
    if ((await this.lease(this.time.of(since + LEASE_MS))) > 0) return;
    throw new Error('The renewal of the lease came too late');
  }

  /** @returns milliseconds the lease has now */
  private async lease(end: number): Promise<number> {
    const args = this.partition ? [end, LEASE_MS, this.issuer] : [end, LEASE_MS];
    const [left, now, issuer] = (await this.scripts.lease([this.keys.lease], args)) as [number, Buffer, Buffer | null];
    this.time.saw(Number(now));
    this.issuer = issuer?.toString() ?? '';
    return left;
  }

  override async watch(): Promise<void> {
    const { invalidations, listings } = this.keys;
    const counted = this.history.next();
    const [[setBack, count, issuer], ids] = await Promise.all([
      this.scripts.watch([invalidations, listings, this.keys.scope(GENERAL_SCOPE), this.ownCount], counted) as Promise<
        [number, Buffer, Buffer | null]
      >,
      // In a cluster the script says who answers.
      this.partition ? '' : this.serverIds(),
    ]);
    this.history.done(counted[1]);
    if (setBack === 1) this.distrust();
    if (!this.history.sawServer(issuer?.toString() ?? ids)) this.distrust();
    this.sawInvalidations(count.toString());
  }

  async stats(): Promise<StoreStats> {
    const [entries, evictions, leaseMs] = (await this.scripts.stats(
      [this.keys.byUse, this.keys.evictions, this.keys.lease],
      [this.ttl],
    )) as number[];
    return { entries: Number(entries), evictions: Number(evictions), leaseMs: Math.max(0, Number(leaseMs)) };
  }

  /** @returns the number of entries, and when some of them, an equal number apart, were used last, oldest first */
  async usage(samples: number): Promise<{ entries: number; lastUses: number[] }> {
    const [entries, ...lastUses] = (await this.scripts.usage([this.keys.byUse], [this.ttl, samples])) as unknown[];
    return { entries: Number(entries), lastUses: lastUses.map(Number) };
  }

  /** Removes those that were used longest ago. */
  async evict(count: number): Promise<void> {
    await this.scripts.evict([this.keys.byUse, this.keys.evictions], [count]);
  }

  onPossibleRollback(listener: () => void): void {
    this.rollbackListeners.push(listener);
  }

  /** Where Redis counts this process's commands. */
  private get ownCount(): string {
    return this.keys.process(this.nonce.slice(1, -1));
  }

  /** @returns false if Redis has gone back to an earlier state */
  private sawInvalidations(invalidations: string): boolean {
    if (this.history.sawInvalidations(invalidations)) return true;
    this.distrust();
    return false;
  }

  /** Empty where a proxy or the rights of the user keep them back. */
  private async serverIds(): Promise<string> {
    const infos = await Promise.allSettled([this.redis.info('server'), this.redis.info('replication')]);
    return serverIds(...infos.map((info) => (info.status === 'fulfilled' ? info.value : '')));
  }

  /** What was heard of Redis may be of another state than the one that answers now. */
  private distrust(): void {
    this.copies.clear();
    this.listings.forget();
    this.history.forget();
    this.time.forget();
    for (const listener of this.rollbackListeners) listener();
  }

  private missOf(answer: readonly Buffer[], scopes: readonly string[]): CacheRead {
    const tokens = new Map<string, string>();
    for (let index = 1; index < answer.length; index += 2) {
      tokens.set(this.keys.scopeOf(answer[index]!.toString()), answer[index + 1]!.toString());
    }
    const floor = highestFloor(tokens, scopes);
    this.mayBeUnknown ||= floor === null;
    return { result: 'miss', tokens, floor };
  }
}
