import { Agent, get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const gunzipped = promisify(gunzip);

export interface Asking {
  signal: AbortSignal;
  compressed?: boolean;
}

/**
 * Asks this instance's own server over connections that are kept. In a process that begins few requests the six looks
 * of an audit, all at once, took some 80 ms of processor time by `fetch`; 40 so, one after the other.
 */
export class OwnServer {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 6 });

  /**
   * The answer's JSON; undefined if its status isn't 200.
   *
   * @param compressed whether to ask for it compressed, as browsers do
   * @throws if there is no answer, or `signal` comes first
   */
  async json(url: string, { signal, compressed = false }: Asking): Promise<unknown> {
    const headers = compressed ? { 'accept-encoding': 'gzip' } : {};
    const request = get(url, { agent: this.agent, signal, headers });
    // What comes when `once` listens no more is thrown by the body; without a listener it would end the process.
    request.on('error', () => undefined);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = await buffer(response);
    if (response.statusCode !== 200) return undefined;
    const isCompressed = response.headers['content-encoding'] === 'gzip';
    return JSON.parse(String(isCompressed ? await gunzipped(body) : body)) as unknown;
  }

  close(): void {
    this.agent.destroy();
  }
}
