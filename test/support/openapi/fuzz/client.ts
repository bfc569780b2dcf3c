import { Agent, request as httpRequest } from 'node:http';
import type { FuzzRequest } from './requests.js';
import { POOLED_PRODUCT, POOLED_VENDOR } from './values.js';

export interface FuzzAnswer {
  status: number;
  type: string;
  body: string;
}

const DEADLINE = 10_000;
/** Ids that requests are about; newer ones take the places of older ones. */
const POOL = 60;

/** Sends requests over connections that are kept, with ids of things that are there. */
export class FuzzClient {
  readonly products: string[] = [];
  readonly vendors: string[] = [];
  private readonly agent: Agent;
  private importing: Promise<unknown> = Promise.resolve();
  private created = 0;

  constructor(
    private readonly url: string,
    connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  close(): void {
    this.agent.destroy();
  }

  /** Rejects if there is no whole answer within ten seconds, and those for which the request lets the server wait. */
  async send(request: FuzzRequest): Promise<FuzzAnswer> {
    if (!request.path.startsWith('/api/imports')) return this.learn(await this.exchange(request));
    // More than two at once are answered with 503, as documented.
    const answer = this.importing.then(() => this.exchange(request));
    this.importing = answer.catch(() => undefined);
    return answer;
  }

  private learn(answer: FuzzAnswer): FuzzAnswer {
    if (answer.status === 201) {
      const { id, vendorId } = JSON.parse(answer.body) as { id: string; vendorId?: string };
      const pool = vendorId === undefined ? this.vendors : this.products;
      pool[this.created++ % POOL] = id;
    }
    return answer;
  }

  private pooled(text: string): string {
    const of = (pool: readonly string[], prefix: string) => (_: string, index: string) =>
      pool[Number(index) % pool.length] ?? `${prefix}_none`;
    return text.replaceAll(POOLED_PRODUCT, of(this.products, 'prd')).replaceAll(POOLED_VENDOR, of(this.vendors, 'vnd'));
  }

  private exchange({ method, path, headers, body }: FuzzRequest): Promise<FuzzAnswer> {
    return new Promise((resolve, reject) => {
      const deadline = DEADLINE + 1_000 * Number(/[?&]waitSeconds=(\d{1,2})(?:&|$)/.exec(path)?.[1] ?? 0);
      const payload = body === undefined ? undefined : Buffer.from(this.pooled(body));
      const request = httpRequest(`${this.url}/`, {
        agent: this.agent,
        method,
        path: this.pooled(path),
        headers: { ...headers, ...(payload && { 'Content-Length': payload.length }) },
        timeout: deadline,
      });
      request.once('timeout', () => request.destroy(new Error(`no answer within ${deadline} ms`)));
      request.once('error', reject);
      request.once('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode!,
            type: response.headers['content-type'] ?? '',
            body: Buffer.concat(parts).toString(),
          }),
        );
      });
      request.end(payload);
    });
  }
}
