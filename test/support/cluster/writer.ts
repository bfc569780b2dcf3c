import type { BulkAvailabilityResult } from '../../../src/inventory/products/bulk-items.js';
import { AVAILABILITIES, type Product } from '../../../src/contracts/index.js';
import type { Catalogue } from './catalogue.js';
import { type HttpAnswer, type HttpClient, NoAnswerError } from './http-client.js';
import type { Acknowledged, Journal } from './journal.js';
import type { Targets } from './targets.js';

/** Answers that a fault explains: not done, or not known to be done. */
const UNAVAILABLE = 503;

export interface ClientOptions {
  client: HttpClient;
  targets: Targets;
  journal: Journal;
  catalogue: Catalogue;
  timeoutMs: number;
  /** Whether a request that got no answer because its connection was refused or reset goes to another instance. */
  retry: boolean;
}

/** One vendor's clerk: writes something, waits for the answer, remembers what it was told. */
export class Writer {
  private readonly created: string[] = [];
  /** Who gave the last answer, after so many milliseconds. */
  private answered: [writer: string, took: number] = ['', 0];

  constructor(private readonly options: ClientOptions) {}

  async write(): Promise<void> {
    const kind = Math.random();
    if (kind < 0.65) await this.setPrice();
    else if (kind < 0.8) await this.setAvailability();
    else if (kind < 0.9) await this.setManyAvailabilities();
    else if (kind < 0.95 || this.created.length === 0) await this.create();
    else await this.delete(this.created.shift()!);
  }

  private async setPrice(): Promise<void> {
    const basePrice = this.options.journal.nextPrice();
    const answer = await this.send<Product>('PATCH', `/api/products/${this.anyProduct()}`, { basePrice });
    this.settlePrice(basePrice, answer);
  }

  private async setAvailability(): Promise<void> {
    const body = { availability: anyOf(AVAILABILITIES) };
    const answer = await this.send<Product>('PUT', `/api/products/${this.anyProduct()}/availability`, body);
    if (answer?.status === 200) this.acknowledgeProduct(answer.body);
  }

  private async setManyAvailabilities(): Promise<void> {
    const ids = new Set(Array.from({ length: 5 }, () => this.anyProduct()));
    const updates = [...ids].map((productId) => ({ productId, availability: anyOf(AVAILABILITIES) }));
    const answer = await this.send<{ results: BulkAvailabilityResult[] }>('POST', '/api/products/bulk-availability', {
      updates,
    });
    if (answer?.status !== 200) return;
    answer.body.results.forEach(({ productId, version }, index) => {
      this.acknowledge({ id: productId!, version: version!, availability: updates[index]!.availability });
    });
  }

  private async create(): Promise<void> {
    const { catalogue, journal } = this.options;
    const basePrice = journal.nextPrice();
    const body = { vendorId: catalogue.vendorIds[0], name: 'Garlic', category: catalogue.churn, basePrice };
    const answer = await this.send<Product>('POST', '/api/products', body);
    this.settlePrice(basePrice, answer);
    if (answer?.status === 201) this.created.push(answer.body.id);
  }

  private async delete(id: string): Promise<void> {
    const answer = await this.send('DELETE', `/api/products/${id}`);
    if (answer?.status === 204) this.options.journal.deleted.push(id);
  }

  private settlePrice(price: number, answer: HttpAnswer<Product> | undefined): void {
    const { journal } = this.options;
    if (!answer || answer.status >= 500) journal.unknownPrices.add(price);
    else if (answer.status < 300) this.acknowledgeProduct(answer.body);
    else journal.refusedPrices.add(price);
  }

  private acknowledgeProduct({ id, version, basePrice, availability }: Product): void {
    this.acknowledge({ id, version, basePrice, availability });
  }

  private acknowledge(write: Acknowledged): void {
    this.options.journal.acknowledge(write, ...this.answered);
  }

  /** `undefined` when no answer came. */
  private async send<Body>(method: string, path: string, body?: unknown): Promise<HttpAnswer<Body> | undefined> {
    const { client, journal, targets, timeoutMs, retry } = this.options;
    // Sending a creation again could make two.
    const mayRetry = retry && method !== 'POST' && method !== 'DELETE';
    const began = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      const target = targets.next();
      if (!target) return undefined;
      try {
        const answer = await client.send<Body>(method, `${target.url}${path}`, {
          timeoutMs,
          ...(body !== undefined && { body }),
        });
        const took = performance.now() - began;
        this.answered = [target.name, took];
        journal.longestWait = Math.max(journal.longestWait, took);
        journal.count(`${method} ${answer.status}`);
        if (answer.status >= 400 && (retry || answer.status !== UNAVAILABLE)) {
          journal.wrong.push(`${target.name}: ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
        }
        return answer;
      } catch (error) {
        if (!(error instanceof NoAnswerError)) throw error;
        journal.count(`${method} ${error.code}`);
        targets.failed(target, error.code);
        if (!retry || (!mayRetry && !error.refused)) return undefined;
        if (!error.refused && body) this.retried(body);
      }
    }
  }

  private retried(body: unknown): void {
    const { basePrice } = body as { basePrice?: number };
    if (basePrice !== undefined) this.options.journal.retriedPrices.add(basePrice);
  }

  private anyProduct(): string {
    return anyOf(this.options.catalogue.products).id;
  }
}

export function anyOf<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)]!;
}
