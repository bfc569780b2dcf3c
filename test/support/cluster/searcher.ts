import type { Page, Product } from '../../../src/contracts/index.js';
import { type HttpAnswer, NoAnswerError } from './http-client.js';
import { anyOf, type ClientOptions } from './writer.js';

interface Question {
  path: string;
  /** The products that must be on its page. */
  ids: string[];
}

/** A buyer who looks again and again, and knows what had been acknowledged when each request went out. */
export class Searcher {
  private readonly questions: readonly Question[];

  constructor(private readonly options: ClientOptions) {
    const { products, categories, vendorIds } = options.catalogue;
    const idsOf = (matches: (product: Product) => boolean) => products.filter(matches).map(({ id }) => id);
    const path = (query: string) => `/api/products/search?limit=100&${query}`;
    this.questions = [
      ...categories.map((category) => ({
        path: path(`category=${category}`),
        ids: idsOf((product) => product.category === category),
      })),
      ...categories.map((category) => ({
        path: path(`category=${category}&q=onion&sort=price_asc`),
        ids: idsOf((product) => product.category === category),
      })),
      ...vendorIds.flatMap((vendorId) =>
        categories.map((category) => ({
          path: path(`vendorId=${vendorId}&category=${category}&minPrice=0`),
          ids: idsOf((product) => product.vendorId === vendorId && product.category === category),
        })),
      ),
    ];
  }

  async search(): Promise<void> {
    const { client, journal, targets, timeoutMs } = this.options;
    const target = targets.next();
    if (!target) return;
    const { path, ids } = anyOf(this.questions);
    const expected = journal.newest(ids);
    const began = performance.now();
    let answer: HttpAnswer<Page<Product>>;
    try {
      answer = await client.send<Page<Product>>('GET', `${target.url}${path}`, { timeoutMs });
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      journal.count(`search ${error.code}`);
      targets.failed(target, error.code);
      return;
    }
    journal.longestWait = Math.max(journal.longestWait, performance.now() - began);
    if (answer.status !== 200) {
      journal.count(`search ${answer.status}`);
      if (answer.status !== 503 || this.options.retry)
        journal.wrong.push(`${target.name}: GET ${path}: ${answer.status}`);
      return;
    }
    const cache = String(answer.headers['x-cache']);
    journal.count(`search ${cache}`);
    const seen = new Map(answer.body.items.map(({ id, version }) => [id, version]));
    for (const [productId, acknowledged] of expected) {
      const version = seen.get(productId) ?? 0;
      if (version >= acknowledged) continue;
      const { at, writer, took } = journal.acknowledgedAfter(productId, version);
      const instance = target.name;
      journal.stale.push({
        ...{ instance, path, cache, productId, seen: version, acknowledged },
        ...{ age: began - at, writer, took },
      });
    }
  }
}
