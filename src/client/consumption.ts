import type { FailureMode } from '../contracts/index.js';
import { Backoff } from './backoff.js';
import { InventoryClientError } from './errors.js';
import { type HttpClient, pause } from './http.js';
import type { ConsumedEvent, ConsumeOptions, Consuming } from './types.js';

/** Seconds that the server waits for events, and milliseconds between two renewals of a lease, which lasts 30 s. */
const WAIT = 20;
const RENEW_EVERY = 10_000;

interface Leased {
  lease: string | null;
  events: ConsumedEvent[];
  position: number;
  onFailure: FailureMode;
}

type Handler = (event: ConsumedEvent) => unknown;

/** Leases events of a durable consumer, handles them one after the other, and acknowledges them, until it is closed. */
export class Consumption implements Consuming {
  private readonly path: string;
  private readonly ends = new AbortController();
  private readonly ended: Promise<void>;

  constructor(
    private readonly http: HttpClient,
    name: string,
    private readonly handler: Handler,
    private readonly options: ConsumeOptions,
    private readonly report: (error: unknown) => void,
  ) {
    this.path = `/api/consumers/${encodeURIComponent(name)}/`;
    this.ended = this.run();
  }

  close(): Promise<void> {
    this.ends.abort();
    return this.ended;
  }

  private get closed(): boolean {
    return this.ends.signal.aborted;
  }

  private async run(): Promise<void> {
    const backoff = new Backoff();
    const { signal } = this.ends;
    while (!this.closed) {
      try {
        const query = { max: this.options.max ?? 100, waitSeconds: WAIT };
        const leased = await this.http.readOnce<Leased>(`${this.path}events`, query, signal);
        if (leased.lease !== null) await this.handle(leased, leased.lease);
        backoff.succeeded();
      } catch (error) {
        if (this.closed || isError(error, 'closed')) return;
        // It has ended with the last of its events that has failed, or another client goes on with the rest.
        if (!isError(error, 'lease_lost')) this.report(error);
        await pause(backoff, error instanceof InventoryClientError ? error.retryAfter : 0, signal);
      }
    }
  }

  private async handle({ events, position, onFailure }: Leased, lease: string): Promise<void> {
    const acknowledge = (more: object): Promise<void> => this.http.write('POST', `${this.path}ack`, { lease, ...more });
    const failed = new Set<string>();
    let done = events[0]!.position - 1;
    let lost: Error | undefined;
    const renewal = setInterval(() => {
      acknowledge({ position: done }).catch((error: Error) => (lost = error));
    }, RENEW_EVERY);
    try {
      for (const event of events) {
        if (lost) throw lost;
        if (this.closed) return await acknowledge({ position: done });
        const key = event.productId ?? event.vendorId;
        // It comes again, after the one that has failed.
        if (onFailure === 'skip' || !failed.has(key)) {
          const error = await this.attempt(event);
          if (error !== undefined) {
            failed.add(key);
            await acknowledge({ failed: { eventId: event.eventId, error } });
          }
        }
        done = event.position;
      }
      await acknowledge({ position });
    } finally {
      clearInterval(renewal);
    }
  }

  /** @returns what the handler threw, in words */
  private async attempt(event: ConsumedEvent): Promise<string | undefined> {
    try {
      await this.handler(event);
      return undefined;
    } catch (error) {
      this.report(error);
      return String(error instanceof Error ? error.message : error).slice(0, 1_000);
    }
  }
}

const isError = (error: unknown, code: string): boolean => error instanceof InventoryClientError && error.code === code;
