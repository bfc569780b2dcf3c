import { InventoryClientError } from './errors.js';

/**
 * A bearer token, or what gets one: called when the client needs one, when it connects, and with the token that the
 * server has refused, so that a remembered one isn't given again. Nothing: go on without one.
 */
export type TokenSource =
  string | ((refused?: string) => string | null | undefined | Promise<string | null | undefined>);

/** Milliseconds in which a source that had nothing better than a refused token isn't called again to read. */
const FRUITLESS = 10_000;

/** Milliseconds that a source may take; without an end to it, nothing could be read either. */
const SOURCE_TIMEOUT = 10_000;

/** The token in use. A source that fails is reported, and counts as one that has none. */
export class Tokens {
  private known: string | undefined;
  private refused: string | undefined;
  private underWay: Promise<string | undefined> | undefined;
  /** On `performance.now()`'s clock. */
  private fruitlessSince = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly source: TokenSource | undefined,
    private readonly report: (error: unknown) => void,
  ) {}

  /**
   * To read with, which goes without one too: undefined also if the server has refused what there is. To write with:
   * whatever there is, so that the server says what is wrong with it.
   */
  async current(purpose: 'read' | 'write'): Promise<string | undefined> {
    if (this.known !== undefined) return this.known;
    const mayAsk = purpose === 'write' || performance.now() - this.fruitlessSince > FRUITLESS;
    const token = mayAsk ? await this.ask() : undefined;
    if (token === undefined || token !== this.refused || purpose === 'write') return token;
    this.fruitlessSince = performance.now();
    return undefined;
  }

  /** For a new connection: a source is asked for a new one. */
  async fresh(): Promise<string | undefined> {
    const token = await this.ask();
    return token === this.refused ? undefined : token;
  }

  /** The server has refused a token. @returns another one, or undefined if there is none */
  async renew(refused: string): Promise<string | undefined> {
    const isNews = this.refused !== refused;
    this.refused = refused;
    if (this.known === refused) this.known = undefined;
    // Another request may have renewed it, or be about to.
    await this.underWay;
    if (this.known !== undefined) return this.known;
    const token = await this.ask();
    if (token !== undefined && token !== refused) return token;
    this.fruitlessSince = performance.now();
    if (isNews)
      this.report(new InventoryClientError('unauthorized', 'The token was refused: reading without one', 401));
    return undefined;
  }

  /** One call at a time, however many want its result. */
  private ask(): Promise<string | undefined> {
    this.underWay ??= this.askSource().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private async askSource(): Promise<string | undefined> {
    const { source } = this;
    try {
      const token = (typeof source === 'function' ? await inTime(source(this.refused)) : source) ?? undefined;
      this.known = token === this.refused ? undefined : token;
      return token;
    } catch (error) {
      this.report(error);
      this.known = undefined;
      this.fruitlessSince = performance.now();
      return undefined;
    }
  }
}

async function inTime<Value>(value: Value | Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new InventoryClientError('unauthorized', `There was no token within ${SOURCE_TIMEOUT / 1_000} s`);
    timer = setTimeout(() => reject(error), SOURCE_TIMEOUT);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
