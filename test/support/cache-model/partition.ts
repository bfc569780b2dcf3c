import type { Rules } from './rules.js';

/** Of a scope: a value that never comes twice, who made it, and how far a replica of PostgreSQL must have come. */
export interface Token {
  value: number;
  issuer: number;
  /** Position in the log of PostgreSQL; Infinity: unknown, so only the primary knows enough. */
  floor: number;
}

export interface Page<Content> {
  content: Content;
  tokens: ReadonlyMap<string, Token>;
}

/** All that Redis keeps of one partition, and so what its replicas have copies of. */
interface State<Content> {
  tokens: Map<string, Token>;
  pages: Map<string, Page<Content>>;
  /** Changes with each invalidation, and never back. */
  count: number;
  /** Listings that are searched. Without the set it is unknown which they are. */
  listings: { born: number; names: Set<string> } | undefined;
  /** How far PostgreSQL was, as writers and the leader have said. One key, so that all of it is lost or none. */
  position: Position | undefined;
}

interface Position {
  /** Never the same twice: a record that was lost, or begun by another master, is not this one. */
  born: number;
  issuer: number;
  at: number;
  byLeader: boolean;
}

export class CutOff extends Error {}

export type Read<Content> =
  | { hit: Page<Content>; count: number; issuer: number }
  | { tokens: ReadonlyMap<string, Token>; hints: readonly string[] };

/** One partition of the cache: a master, a replica that may lag behind, and all that can happen to them. */
export class Partition<Content> {
  cut = false;
  issuer: number;
  private state: State<Content>;
  private copied: State<Content>;

  constructor(
    private readonly rules: Rules,
    /** Never the same number twice, over all partitions. */
    private readonly fresh: () => number,
  ) {
    this.issuer = fresh();
    const initial: State<Content> = {
      tokens: new Map(),
      pages: new Map(),
      count: fresh(),
      listings: undefined,
      position: undefined,
    };
    [this.state, this.copied] = [initial, copyOf(initial)];
  }

  /** One script: the page, if every token of it is current, or the tokens that it is to be stored under. */
  read(listing: string, scopes: readonly string[]): Read<Content> {
    this.reach();
    this.watch(listing);
    const page = this.state.pages.get(listing);
    if (page && this.isCurrent(page)) return { hit: page, count: this.state.count, issuer: this.issuer };
    const hints = page ? [...page.tokens.keys()] : [];
    return { tokens: new Map([...scopes, ...hints].map((scope) => [scope, this.tokenOf(scope)])), hints };
  }

  fill(listing: string, page: Page<Content>): void {
    this.reach();
    this.state.pages.set(listing, page);
  }

  /** What decides whether a page that a process has kept is still current. */
  asked(): { count: number; issuer: number } {
    this.reach();
    return { count: this.state.count, issuer: this.issuer };
  }

  /**
   * Takes tokens away.
   * @param at the position of the change in PostgreSQL
   * @param known listings that the writer named scopes of
   * @returns all that are watched, if the writer didn't know all of them
   */
  invalidate(scopes: readonly string[], at: number, known: ReadonlySet<string>): ReadonlySet<string> | undefined {
    this.reach();
    for (const scope of scopes) this.drop(scope);
    this.state.count = this.fresh();
    const position = this.position();
    this.state.position = { ...position, at: Math.max(position.at, at) };
    if (!this.rules.writersAskForListings) return undefined;
    const names = this.state.listings?.names ?? new Set<string>();
    return [...names].every((name) => known.has(name)) ? undefined : names;
  }

  /** The record of positions that the leader is going to speak for. */
  positions(): number {
    this.reach();
    return this.position().born;
  }

  /** The leader's word how far PostgreSQL is. @param born of the record there was before he asked PostgreSQL */
  raise(at: number, born: number): void {
    this.reach();
    const position = this.position();
    if (born !== position.born && this.rules.leaderNamesTheRecord) return;
    this.state.position = { ...position, at: Math.max(position.at, at), byLeader: true };
  }

  /** The replica gets what the master has. */
  replicate(): void {
    this.copied = copyOf(this.state);
  }

  /** The replica becomes the master, with what it has. */
  failOver(): void {
    this.state = copyOf(this.copied);
    this.issuer = this.fresh();
  }

  /** The slots go to another master. */
  migrate(): void {
    this.issuer = this.fresh();
    this.replicate();
  }

  /** Redis drops what it likes when memory runs out. */
  lose(random: (below: number) => number): void {
    const { state } = this;
    const tokens = [...state.tokens.keys()];
    const losses = [
      () => (state.listings = undefined),
      () => (state.position = undefined),
      () => (state.count = this.fresh()),
      () => state.pages.clear(),
      () => tokens.length > 0 && state.tokens.delete(tokens[random(tokens.length)]!),
    ];
    losses[random(losses.length)]!();
  }

  private reach(): void {
    if (this.cut) throw new CutOff();
  }

  private watch(listing: string): void {
    if (!this.state.listings) {
      if (this.rules.lostListingsClear) this.drop('general');
      this.state.listings = { born: this.fresh(), names: new Set() };
    }
    this.state.listings.names.add(listing);
  }

  private isCurrent({ tokens }: Page<Content>): boolean {
    const compared = this.rules.everyTokenIsCompared ? [...tokens] : [...tokens].slice(0, 1);
    return compared.every(([scope, { value }]) => {
      const token = this.state.tokens.get(scope);
      return token?.value === value && this.isOurs(token);
    });
  }

  private isOurs({ issuer }: Token): boolean {
    return issuer === this.issuer || !this.rules.tokensNameTheIssuer;
  }

  private tokenOf(scope: string): Token {
    const current = this.state.tokens.get(scope);
    if (current && this.isOurs(current)) return current;
    const token = { value: this.fresh(), issuer: this.issuer, floor: this.floor() };
    this.state.tokens.set(scope, token);
    return token;
  }

  private position(): Position {
    const { position } = this.state;
    if (position?.issuer === this.issuer) return position;
    const begun = { born: this.fresh(), issuer: this.issuer, at: 0, byLeader: false };
    this.state.position = begun;
    return begun;
  }

  private floor(): number {
    const { position } = this.state;
    if (!position) return this.rules.lostPositionIsUnknown ? Number.POSITIVE_INFINITY : 0;
    if (position.issuer !== this.issuer && this.rules.positionsNameTheIssuer) return Number.POSITIVE_INFINITY;
    // Writers tell of their own changes only: what was acknowledged before this issuer is in the leader's word alone.
    if (!position.byLeader && this.rules.leaderSaysHowFar) return Number.POSITIVE_INFINITY;
    return position.at;
  }

  private drop(scope: string): void {
    const { tokens } = this.state;
    const token = tokens.get(scope);
    if (!token) return;
    if (this.rules.tokensNeverComeBack) tokens.delete(scope);
    // One bit that goes to and fro.
    else tokens.set(scope, { ...token, value: -token.value });
  }
}

function copyOf<Content>({ tokens, pages, listings, ...rest }: State<Content>): State<Content> {
  return {
    ...rest,
    tokens: new Map(tokens),
    pages: new Map(pages),
    listings: listings && { born: listings.born, names: new Set(listings.names) },
  };
}
