import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface HttpAnswer<Body = Record<string, unknown>> {
  status: number;
  headers: IncomingHttpHeaders;
  body: Body;
}

/** No answer came. `refused`: nothing was sent, so nothing was done; else it may have been. */
export class NoAnswerError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  get refused(): boolean {
    return this.code === 'ECONNREFUSED';
  }
}

export const TIMED_OUT = 'TIMED_OUT';

export interface HttpOptions {
  body?: unknown;
  headers?: Record<string, string>;
  timeoutMs?: number;
}

/** JSON over keep-alive connections, as a client of the API that is in a hurry would have it. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly headers: Record<string, string> = {}) {}

  /** Throws `NoAnswerError`. */
  send<Body = Record<string, unknown>>(
    method: string,
    url: string,
    { body, headers = {}, timeoutMs = 10_000 }: HttpOptions = {},
  ): Promise<HttpAnswer<Body>> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException): void => {
        clearTimeout(timer);
        reject(new NoAnswerError(error.code ?? 'UNKNOWN', `${method} ${url}: ${error.message}`));
      };
      const outgoing = request(url, {
        method,
        agent: this.agent,
        headers: {
          ...this.headers,
          ...(json !== undefined && {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(json)),
          }),
          ...headers,
        },
      });
      const timer = setTimeout(() => {
        outgoing.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: TIMED_OUT }));
      }, timeoutMs);
      outgoing.on('error', fail);
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = response.headers['content-type']?.includes('json') ?? false;
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: (isJson ? JSON.parse(text) : text) as Body,
          });
        });
      });
      outgoing.end(json);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
