import { Backoff } from './backoff.js';
import { closed, errorOfResponse, InventoryClientError } from './errors.js';
import type { Tokens } from './tokens.js';

/** Milliseconds after which an answer is not waited for any longer. */
const TIMEOUT = 30_000;
/** Times that a request is sent at most, unless the server refuses it before. */
const ATTEMPTS = 6;

/** Names are in the language that is asked for, not in that of the browser: an event has them in none. */
const ANY_LANGUAGE = { 'accept-language': '*' };

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface RequestOptions {
  /** Ends the request, and further attempts; what was sent already may still take effect. */
  signal?: AbortSignal | undefined;
}

export interface WriteOptions extends RequestOptions {
  /** Makes repetitions one and the same request, 1 to 255 visible ASCII characters; made up when absent. */
  idempotencyKey?: string | undefined;
}

export interface ChangeOptions extends WriteOptions {
  /** The version that the change is meant for; rejects with `version_mismatch` (412) if there is another. */
  ifVersion?: number | undefined;
}

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * JSON over HTTP. Everything rejects with an `InventoryClientError`: of an answer that isn't 2xx, `unreachable` if
 * there is none, `closed`.
 */
export class HttpClient {
  /**
   * Requests under way, each with the caller's signal. `AbortSignal.any` of one that lives on would gather an entry
   * for each of them in Node.js 20, so a signal gets one listener for all.
   */
  private readonly running = new Map<AbortController, AbortSignal | undefined>();
  private readonly followed = new WeakSet<AbortSignal>();
  private closed = false;

  /** @param url without a slash at its end */
  constructor(
    private readonly url: string,
    private readonly tokens: Tokens,
    private readonly ownFetch: typeof fetch | undefined,
  ) {}

  /** Sends a request once. Reading is public: a token that is refused is renewed, else done without. */
  readOnce<Body>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Body> {
    return this.during(signal, (ends) => this.get(path, query, ends));
  }

  private async get<Body>(path: string, query: Query, ends: AbortSignal): Promise<Body> {
    const target = new URL(this.url + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) target.searchParams.set(name, String(value));
    }
    return bodyOf<Body>(await this.send('read', target, { method: 'GET', headers: ANY_LANGUAGE }, ends));
  }

  /** The same, again after what may pass. */
  read<Body>(path: string, query: Query = {}, { signal }: RequestOptions = {}): Promise<Body> {
    return this.persistently((ends) => this.get<Body>(path, query, ends), signal);
  }

  /** Sent again after what may pass: under its key it has one effect, however often it arrives. */
  async write<Body>(method: Method, path: string, body: unknown, options: ChangeOptions = {}): Promise<Body> {
    const { signal, ifVersion, idempotencyKey = newKey() } = options;
    const request = {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: {
        'idempotency-key': idempotencyKey,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(ifVersion !== undefined && { 'if-match': `"${ifVersion}"` }),
      },
    };
    const target = new URL(this.url + path);
    return this.persistently(async (ends) => bodyOf<Body>(await this.send('write', target, request, ends)), signal);
  }

  /** Ends all requests. */
  close(): void {
    this.closed = true;
    this.end();
  }

  private end(signal?: AbortSignal): void {
    for (const [request, of] of this.running) if (!signal || of === signal) request.abort(signal?.reason);
  }

  /** @param work one request, all that is read of its answers and all attempts, which it ends with the signal */
  private async during<Result>(
    signal: AbortSignal | undefined,
    work: (ends: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const request = new AbortController();
    if (this.closed || signal?.aborted) request.abort(signal?.reason);
    if (signal && !this.followed.has(signal)) {
      this.followed.add(signal);
      signal.addEventListener('abort', () => this.end(signal));
    }
    this.running.set(request, signal);
    try {
      return await work(request.signal);
    } finally {
      this.running.delete(request);
    }
  }

  private async send(
    purpose: 'read' | 'write',
    target: URL,
    request: RequestInit,
    ends: AbortSignal,
  ): Promise<Response> {
    const attempt = (token: string | undefined) => this.fetch(target, request, token, ends);
    const token = await this.tokens.current(purpose);
    const response = await attempt(token);
    if (response.status !== 401 || token === undefined) return response;
    const renewed = await this.tokens.renew(token);
    if (renewed === undefined) return purpose === 'read' ? attempt(undefined) : response;
    const again = await attempt(renewed);
    return again.status === 401 && purpose === 'read' ? attempt(undefined) : again;
  }

  private async fetch(
    target: URL,
    request: RequestInit,
    token: string | undefined,
    ends: AbortSignal,
  ): Promise<Response> {
    const fetch = this.ownFetch ?? globalThis.fetch;
    try {
      return await fetch(target, {
        ...request,
        signal: AbortSignal.any([ends, AbortSignal.timeout(TIMEOUT)]),
        headers: { ...request.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      });
    } catch (error) {
      if (this.closed) throw closed('The client');
      if (ends.aborted) throw error;
      throw unreachable(error);
    }
  }

  private persistently<Body>(
    attempt: (ends: AbortSignal) => Promise<Body>,
    signal: AbortSignal | undefined,
  ): Promise<Body> {
    return this.during(signal, async (ends) => {
      const backoff = new Backoff();
      for (let failures = 1; ; failures += 1) {
        try {
          return await attempt(ends);
        } catch (error) {
          signal?.throwIfAborted();
          const passes = error instanceof InventoryClientError && error.retryable && failures < ATTEMPTS;
          if (!passes || this.closed) throw error;
          await pause(backoff, error.retryAfter, ends);
          if (this.closed) throw closed('The client');
          signal?.throwIfAborted();
        }
      }
    });
  }
}

/** Until the next attempt, or the end. */
export function pause(backoff: Backoff, least: number, ends: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      backoff.stop();
      resolve();
    };
    ends.addEventListener('abort', end, { once: true });
    backoff.retry(() => {
      ends.removeEventListener('abort', end);
      resolve();
    }, least);
  });
}

async function bodyOf<Body>(response: Response): Promise<Body> {
  if (!response.ok) throw await errorOfResponse(response);
  try {
    return (response.status === 204 ? undefined : await response.json()) as Body;
  } catch (error) {
    throw unreachable(error);
  }
}

/** The connection failed, or something else than the server has answered. */
function unreachable(error: unknown): InventoryClientError {
  const message = error instanceof Error ? error.message : String(error);
  return Object.assign(new InventoryClientError('unreachable', message), { cause: error });
}

/** `crypto.randomUUID` is for pages of secure origins only. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
