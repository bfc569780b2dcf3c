import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';

/** Of Node's `ServerResponse`, what isn't in its documentation. */
export interface HeadInternals {
  /** The head as it will be sent; null as long as there is none. */
  _header?: string | null;
  /** Whether the request leaves the connection open. */
  shouldKeepAlive?: boolean;
}

/**
 * Gives answers their heads in one piece of text, byte by byte as `writeHead` does. Node checks each name and each
 * value with a regular expression and adds them bit by bit, which takes longer than all the rest of a cached search
 * (docs/performance.md). Without a body, where the connection is to be closed, or Node is no longer as it was,
 * `writeHead` does it.
 *
 * Names and values aren't checked, so they have to be the product's own.
 */
export class ResponseHeads {
  private readonly fixedLines: string;
  private second = NaN;
  private date = '';

  /**
   * @param fixed headers of all answers, names and values by turns
   * @param byHand false: `writeHead` makes all heads
   */
  constructor(
    private readonly server: Server,
    private readonly fixed: readonly string[],
    private readonly byHand = true,
  ) {
    this.fixedLines = linesOf(fixed);
  }

  /**
   * @param rateLimit the field of that name, null without one
   * @param headers names and values by turns
   * @param length bytes of the body, null without one
   */
  write(
    response: ServerResponse,
    status: number,
    id: string,
    rateLimit: string | null,
    headers: readonly string[],
    length: number | null,
  ): void {
    if (length === null || !this.byHand || !this.isPlain(response)) {
      const ofLimit = rateLimit === null ? [] : ['ratelimit', rateLimit];
      const ofBody = length === null ? [] : ['content-length', String(length)];
      response.writeHead(status, ['x-correlation-id', id, ...ofLimit, ...this.fixed, ...headers, ...ofBody]);
      return;
    }
    const limitLine = rateLimit === null ? '' : `ratelimit: ${rateLimit}\r\n`;
    const seconds = Math.trunc(this.server.keepAliveTimeout / 1_000);
    response.statusCode = status;
    (response as HeadInternals)._header =
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nx-correlation-id: ${id}\r\n${limitLine}${this.fixedLines}${linesOf(headers)}` +
      `content-length: ${length}\r\nDate: ${this.now()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`;
  }

  private isPlain({ _header, shouldKeepAlive }: HeadInternals): boolean {
    const { keepAliveTimeout, maxRequestsPerSocket } = this.server;
    return _header === null && shouldKeepAlive === true && keepAliveTimeout > 0 && !Number(maxRequestsPerSocket);
  }

  /** As HTTP has it, made once a second. */
  private now(): string {
    const now = Date.now();
    const second = Math.trunc(now / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.date = new Date(now).toUTCString();
    }
    return this.date;
  }
}

function linesOf(headers: readonly string[]): string {
  let lines = '';
  for (let name = 0; name < headers.length; name += 2) lines += `${headers[name]}: ${headers[name + 1]}\r\n`;
  return lines;
}
