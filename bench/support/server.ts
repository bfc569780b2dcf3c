import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { signAccessToken } from '../../src/auth/index.js';
import type { ProjectionState } from '../../src/contracts/index.js';
import type { EventStats } from '../../src/events/event-stats.js';
import { waitFor } from '../../test/support/processes.js';
import { endOf } from './children.js';

const JWT_SECRET = 'a secret for this bench and no other use';
const MAIN = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));

export interface ServerOptions {
  /** Absent: embedded in `env.DATA_DIR`. */
  databaseUrl?: string;
  redis?: { host: string; port: number } | undefined;
  /** Where V8 writes the processor profile of the whole run when the server stops. */
  profileDir?: string | undefined;
  env?: Record<string, string>;
}

/** The product as it is built and started by an operator: `npm start`, warnings logged, no rate limit. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly token: string,
  ) {}

  static async start({ databaseUrl, redis, profileDir, env = {} }: ServerOptions): Promise<Server> {
    const token = await signAccessToken({ role: 'admin' }, JWT_SECRET, '12h');
    const flags = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
    const { DATABASE_URL: _ours, ...inherited } = process.env;
    const child = spawn(process.execPath, [...flags, MAIN], {
      env: {
        ...inherited,
        ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
        ...(redis && { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) }),
        JWT_SECRET,
        DEMO: 'false',
        PORT: '0',
        RATE_LIMIT: '0',
        ITEM_RATE_LIMIT: '0',
        LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      return new Server(child, await bannerUrl(child.stdout), token);
    } catch (error) {
      await endOf(child, 'SIGKILL');
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Throws unless the answer is 2xx. */
  async api<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const headers = {
      authorization: `Bearer ${this.token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${this.url}/api${path}`, { method, headers, body: JSON.stringify(body) ?? null });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Body;
  }

  /** Until every committed event has been delivered; resolves with the log's last position. */
  async settled(timeoutMs = 60_000): Promise<number> {
    const settled = async (): Promise<EventStats | undefined> => {
      const stats = await this.api<EventStats>('GET', '/events/stats');
      return stats.backlog === 0 && stats.deliveredPosition === stats.lastPosition ? stats : undefined;
    };
    const { lastPosition } = await waitFor(settled, { timeoutMs, what: 'the relay to catch up' });
    return lastPosition;
  }

  /** Until what is made of the log has caught up with it, so that it doesn't take the time of what comes next. */
  async projected(timeoutMs = 60_000): Promise<void> {
    const caughtUp = async (): Promise<true | undefined> => {
      const { lastPosition } = await this.api<EventStats>('GET', '/events/stats');
      const { projections } = await this.api<{ projections: ProjectionState[] }>('GET', '/projections');
      return projections.every(({ position }) => position >= lastPosition) ? true : undefined;
    };
    await waitFor(caughtUp, { timeoutMs, everyMs: 100, what: 'the projections to catch up' });
  }

  /** Waits until searches go through the cache, which the relay's leader vouches for. */
  async cacheInUse(): Promise<void> {
    const held = () => this.api<{ lease: { held: boolean } | null }>('GET', '/cache/stats').then((s) => s.lease?.held);
    await waitFor(held, { what: 'the search cache to be vouched for' });
  }

  stop(): Promise<void> {
    return endOf(this.child, 'SIGTERM');
  }
}

/** The URL that a server of ours prints once it listens. */
export function bannerUrl(stdout: AsyncIterable<Buffer>): Promise<string> {
  return new Promise((resolve, reject) => {
    void (async () => {
      let text = '';
      // Read to the end, or the pipe would fill.
      for await (const chunk of stdout) {
        text += String(chunk);
        const match = /URL\s+(http\S+)/.exec(text);
        if (match) resolve(match[1]!);
      }
      reject(new Error('The server ended before it was ready'));
    })();
  });
}
