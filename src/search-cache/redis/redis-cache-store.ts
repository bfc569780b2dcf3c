import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { GENERAL_SCOPE, type Place } from '../scopes/scope-names.js';
import { MOST_PLACES, placeName } from '../scopes/watched-places.js';
import {
  type CachedPage,
  type CacheRead,
  LEASE_MS,
  type ScopesOf,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from '../store/search-cache-store.js';
import { KnownPlaces, type PlaceNews } from './known-places.js';
import { NextTurn } from './next-turn.js';
import { PageCopies } from './page-copies.js';
import { addScripts, type Scripts } from './scripts.js';

/** One hash tag, so that in a Redis Cluster every script finds all its keys on one node. */
const PREFIX = '{search}:';
const LEASE = `${PREFIX}lease`;
const BY_USE = `${PREFIX}by-use`;
const EVICTIONS = `${PREFIX}evictions`;
const CLOCK = `${PREFIX}clock`;
const RENEWALS = `${PREFIX}renewals`;
const PLACES = `${PREFIX}places`;

/** Milliseconds a token outlives an entry. */
const TOKEN_GRACE = 60_000;

/** Times that a change's scopes are named at most for want of a place that has come to be watched meanwhile. */
const MOST_NAMINGS = 3;

const scopeKey = (scope: string): string => PREFIX + scope;
const entryKey = (key: string): string => `${PREFIX}entry:${key}`;

/**
 * The cache that all instances share. One round trip and one script per operation; nothing is found by scanning.
 *
 * A page that this process has read before is served from a copy while no scope at all has been renewed since Redis
 * compared its tokens. Whether that is so is asked once for all reads of one turn of the event loop.
 */
export class RedisCacheStore extends SearchCacheStore {
  private readonly scripts: Scripts;
  private readonly ttl: number;
  /** With a counter behind it, never the same twice over all processes. */
  private readonly nonce = `-${randomBytes(6).toString('base64url')}-`;
  private calls = 0;
  private readonly copies = new PageCopies();
  private readonly places = new KnownPlaces();
  private readonly state = new NextTurn(() => this.redis.mget(LEASE, RENEWALS));

  constructor(
    private readonly redis: Redis,
    private readonly maxEntries: number,
    ttlSeconds: number,
  ) {
    super();
    this.ttl = ttlSeconds * 1_000;
    this.scripts = addScripts(redis);
    redis.on('close', () => {
      this.copies.clear();
      this.places.forget();
    });
  }

  async read(key: string, scopes: readonly string[], place: Place | null): Promise<CacheRead> {
    return (await this.readCopy(key)) ?? (await this.readEntry(key, scopes, place));
  }

  /** Undefined: Redis has to look at the entry. */
  private async readCopy(key: string): Promise<CacheRead | undefined> {
    const copy = this.copies.probablyCurrent(key);
    if (!copy) return undefined;
    const [lease, renewals] = await this.state.ask();
    if (lease == null) return { result: 'bypass' };
    this.copies.saw(renewals ?? '');
    return copy.renewals === renewals ? { result: 'hit', page: copy.page } : undefined;
  }

  private async readEntry(key: string, scopes: readonly string[], place: Place | null): Promise<CacheRead> {
    this.calls += 1;
    const copy = this.copies.page(key);
    const answer = (await this.scripts.read(
      [entryKey(key), LEASE, BY_USE, CLOCK, RENEWALS, PLACES, scopeKey(GENERAL_SCOPE), ...scopes.map(scopeKey)],
      [
        this.ttl + TOKEN_GRACE,
        this.nonce + this.calls.toString(36),
        copy?.etag ?? '',
        place ? placeName(place) : '',
        MOST_PLACES,
      ],
    )) as Buffer[];
    switch (answer[0]!.toString()) {
      case 'hit': {
        const [etag, renewals, livesFor] = answer.slice(1, 4).map(String);
        const page = answer[4] === undefined ? copy! : { body: answer[4], etag: etag! };
        this.copies.keep(key, { page, renewals: renewals! }, Number(livesFor));
        return { result: 'hit', page };
      }
      case 'miss':
        return { result: 'miss', tokens: tokensOf(answer) };
      default:
        return { result: 'bypass' };
    }
  }

  async fill(key: string, page: CachedPage, tokens: Tokens, hints: readonly string[]): Promise<void> {
    const scopes = [...tokens.keys()].map(scopeKey);
    await this.scripts.fill(
      [entryKey(key), BY_USE, EVICTIONS],
      [
        this.ttl,
        this.maxEntries,
        page.body,
        page.etag,
        scopes.length,
        ...scopes,
        ...tokens.values(),
        ...hints.map(scopeKey),
      ],
    );
  }

  async renew(scopes: readonly string[]): Promise<void> {
    await this.renewKnowing(scopes, []);
  }

  async renewWatched(scopesOf: ScopesOf): Promise<void> {
    for (let naming = 0; naming < MOST_NAMINGS; naming += 1) {
      const named = scopesOf((place) => this.places.has(place));
      if (await this.renewKnowing(named, this.places.upTo)) return;
    }
    await this.renew(scopesOf(() => true));
  }

  /** @returns false if there are places that whoever named the scopes didn't know */
  private async renewKnowing(scopes: readonly string[], upTo: readonly string[]): Promise<boolean> {
    // Lua's unpack takes some thousands of values at once; big batches go in parts. Without any scope it still asks.
    const parts: Promise<unknown>[] = [];
    for (let from = 0; from === 0 || from < scopes.length; from += 2_000) {
      parts.push(this.scripts.renew([RENEWALS, PLACES, ...scopes.slice(from, from + 2_000).map(scopeKey)], upTo));
    }
    const news = (await Promise.all(parts)).filter((one) => one !== null) as PlaceNews[];
    for (const one of news) this.places.learn(one);
    return news.length === 0;
  }

  async clear(): Promise<void> {
    await this.scripts.clear([BY_USE, scopeKey(GENERAL_SCOPE), RENEWALS, PLACES]);
  }

  async renewLease(): Promise<void> {
    await this.redis.set(LEASE, '1', 'PX', LEASE_MS);
  }

  async stats(): Promise<StoreStats> {
    const [entries, evictions, leaseMs] = (await this.scripts.stats(
      [BY_USE, EVICTIONS, LEASE],
      [this.ttl],
    )) as number[];
    return { entries: Number(entries), evictions: Number(evictions), leaseMs: Math.max(0, Number(leaseMs)) };
  }

  /** What answers after a lost connection may be a replica or a restored copy: older, and without the last renewals. */
  whenSetBack(listener: () => void): void {
    this.redis.on('close', listener);
  }
}

function tokensOf(answer: readonly Buffer[]): Tokens {
  const tokens = new Map<string, string>();
  for (let index = 1; index < answer.length; index += 2) {
    tokens.set(answer[index]!.toString().slice(PREFIX.length), answer[index + 1]!.toString());
  }
  return tokens;
}
