import type { EventStats } from '../../../src/events/index.js';
import { type Child, freePort, startChild } from '../processes.js';
import { PROGRAM } from './app-build.js';
import type { HttpClient } from './http-client.js';
import { TcpProxy } from './tcp-proxy.js';

const READY = /^ {2}URL {4}(\S+)$/;

export interface InstanceOptions {
  client: HttpClient;
  env: Record<string, string>;
  /** Modules to load before the product's. */
  preload?: readonly string[];
  /** What is run, in place of the product in one piece. */
  program?: string;
}

/** One process of the product, and its connections to what it needs. */
export class Instance {
  private child: Child | undefined;

  constructor(
    readonly name: string,
    readonly port: number,
    private readonly options: InstanceOptions,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.child !== undefined && !this.child.hasExited();
  }

  get pid(): number {
    return this.process.pid;
  }

  /** All that this run of it has written. */
  get output(): string {
    return this.child?.output() ?? '';
  }

  async start(): Promise<void> {
    if (this.running) return;
    const { PATH, HOME } = process.env;
    const { preload = [], program = PROGRAM } = this.options;
    const args = [...preload.flatMap((module) => ['--import', module]), program];
    const env = { ...(PATH && { PATH }), ...(HOME && { HOME }), PORT: String(this.port), ...this.options.env };
    this.child = await startChild(process.execPath, args, { env });
    await this.child.waitForLine(READY, 30_000);
  }

  /** No farewell: what it had in memory is gone. */
  async kill(): Promise<void> {
    const child = this.process;
    child.signal('SIGKILL');
    await child.exited;
  }

  /** SIGTERM; the exit code or, if it had to be killed after `timeoutMs`, the signal. */
  async terminate(timeoutMs = 15_000): Promise<number | NodeJS.Signals> {
    const child = this.process;
    child.signal('SIGCONT');
    await child.stop('SIGTERM', timeoutMs);
    return child.exited;
  }

  pause(): void {
    this.process.signal('SIGSTOP');
  }

  resume(): void {
    if (this.running) this.process.signal('SIGCONT');
  }

  signal(signal: NodeJS.Signals): void {
    this.process.signal(signal);
  }

  /** Throws while it doesn't answer. */
  async eventStats(): Promise<EventStats> {
    const { status, body } = await this.options.client.send<EventStats>('GET', `${this.url}/api/events/stats`, {
      timeoutMs: 2_000,
    });
    if (status !== 200) throw new Error(`${this.name}: ${status}`);
    return body;
  }

  async ready(): Promise<boolean> {
    const { status } = await this.options.client.send('GET', `${this.url}/health/ready`, { timeoutMs: 3_000 });
    return status === 200;
  }

  private get process(): Child {
    if (!this.child) throw new Error(`${this.name} has not been started`);
    return this.child;
  }
}

/** An instance whose connections can be spoiled one by one. */
export class LinkedInstance extends Instance {
  private constructor(
    name: string,
    port: number,
    options: InstanceOptions,
    readonly postgres: TcpProxy,
    readonly redis: TcpProxy,
  ) {
    super(name, port, options);
  }

  static async create(
    name: string,
    links: { postgresPort: () => number; redisPort: () => number; databaseUrl: (port: number) => string },
    { env, ...options }: InstanceOptions,
  ): Promise<LinkedInstance> {
    const [postgres, redis] = await Promise.all([TcpProxy.open(links.postgresPort), TcpProxy.open(links.redisPort)]);
    const ours = {
      DATABASE_URL: links.databaseUrl(postgres.port),
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(redis.port),
    };
    return new LinkedInstance(name, await freePort(), { ...options, env: { ...ours, ...env } }, postgres, redis);
  }

  async restoreLinks(): Promise<void> {
    await Promise.all([this.postgres.restore(), this.redis.restore()]);
  }

  async dispose(): Promise<void> {
    if (this.running) await this.kill();
    await Promise.all([this.postgres.close(), this.redis.close()]);
  }
}
