import { openRaw } from '../raw-http.js';

export interface RawAnswer {
  status: number;
  /** By lower-case name. */
  headers: Map<string, string>;
  body: string;
}

/**
 * Writes text as it is, then an honest request that ends the connection, and reads until
 * the server has ended it. Sent in one piece, as smugglers do.
 */
export async function rawExchange(url: string, bytes: string): Promise<RawAnswer[]> {
  const connection = await openRaw(url);
  connection.write(bytes + GOODBYE);
  return answersIn(await connection.ended);
}

/** Its answer shows whether the server still knows where a request begins. */
export const GOODBYE = 'GET /health/live HTTP/1.1\r\nhost: x\r\nx-correlation-id: goodbye\r\nconnection: close\r\n\r\n';

/** Whether the answer is the one to `GOODBYE`. */
export const isGoodbye = ({ status, headers }: RawAnswer): boolean =>
  status === 200 && headers.get('x-correlation-id') === 'goodbye';

/** Of answers with a length or an empty chunk, as all of this server's are; throws for what is no answer. */
function answersIn(received: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = Buffer.from(received); rest.length > 0;) {
    const end = rest.indexOf('\r\n\r\n');
    const [first = '', ...lines] = rest.subarray(0, end).toString().split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1];
    if (end < 0 || status === undefined) throw new Error(`no answer: ${rest.toString()}`);
    const headers = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const from = end + 4;
    const empty = headers.get('transfer-encoding') === 'chunked' ? '0\r\n\r\n'.length : 0;
    const to = from + Number(headers.get('content-length') ?? empty);
    answers.push({ status: Number(status), headers, body: rest.subarray(from, to).toString() });
    rest = rest.subarray(to);
  }
  return answers;
}

interface RawRequest {
  method: string;
  /** As it stands in the request line: `/%61pi/products`, `http://host/api/products`. */
  target: string;
  headers?: Record<string, string>;
  body?: string;
}

/** One request whose target is written as the test says, where any client would put it right; and its answer. */
export async function rawRequest(url: string, { method, target, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const all = { host: 'x', connection: 'close', ...length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const connection = await openRaw(url);
  connection.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
  return answersIn(await connection.ended)[0]!;
}
