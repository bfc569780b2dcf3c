import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from '../../src/application.js';
import { signAccessToken } from '../../src/auth/index.js';
import { loadConfig } from '../../src/config/index.js';
import { type EventConsumerHandler, type EventConsumerOptions } from '../../src/consumers/index.js';
import type { ConsumerState } from '../../src/contracts/index.js';
import type { EventStats } from '../../src/events/index.js';
import { withConsumers } from '../../test/support/consumers.js';
import { waitFor } from '../../test/support/processes.js';

/** A server in this process, with consumers in it as a library user would add them. */
export class Consuming {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    readonly token: string,
  ) {}

  static async start(
    databaseUrl: string,
    consumers: readonly (EventConsumerOptions & EventConsumerHandler)[],
  ): Promise<Consuming> {
    const secret = randomUUID();
    const env = { LOG_LEVEL: 'fatal', RATE_LIMIT: '0', JWT_SECRET: secret, DATABASE_URL: databaseUrl };
    const config = loadConfig({ ...env, ITEM_RATE_LIMIT: '0' });
    const app = await withConsumers(consumers, () => createApplication(config, databaseUrl));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return new Consuming(app, await app.getUrl(), await signAccessToken({ role: 'admin' }, secret, '12h'));
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Throws unless the answer is 2xx. */
  async api<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}/api${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Body;
  }

  /** Waits until the consumers, and the projections, have handled all that is in the log. */
  async caughtUp(): Promise<void> {
    const reached = async (): Promise<boolean> => {
      const { backlog, lastPosition } = await this.api<EventStats>('GET', '/events/stats');
      const { consumers } = await this.api<{ consumers: ConsumerState[] }>('GET', '/consumers');
      return backlog === 0 && consumers.every(({ position }) => position >= lastPosition);
    };
    await waitFor(reached, { timeoutMs: 300_000, everyMs: 200, what: 'all consumers' });
  }

  stop(): Promise<void> {
    return this.app.close();
  }
}
