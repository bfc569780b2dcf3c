import { Agent, get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/**
 * Asks this instance's own server over one connection. `fetch` takes ten times as long to begin a request in a process
 * that begins few: a look of the auditor took 13 ms of the process' time with it.
 */
export class OwnServer {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /**
   * The answer's JSON; undefined if its status isn't 200.
   *
   * @throws if there is no answer, or `signal` comes first
   */
  async json(url: string, signal: AbortSignal): Promise<unknown> {
    const request = get(url, { agent: this.agent, signal });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = await text(response);
    return response.statusCode === 200 ? (JSON.parse(body) as unknown) : undefined;
  }

  close(): void {
    this.agent.destroy();
  }
}
