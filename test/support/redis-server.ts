import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isInstalled, runs } from './system-packages.js';
import { freePort, startChild, waitFor, whenWeDie, type Child } from './processes.js';

const exec = promisify(execFile);

export interface RedisOptions {
  /** Default: a free one. Give one to start again where a client expects it. */
  port?: number;
  /** More redis-server arguments, e.g. `['--maxmemory', '10mb']`. */
  args?: string[];
}

export interface TestRedis {
  host: string;
  port: number;
  pid: number;
  url: string;
  /** Ends it politely; harmless when it has ended already. */
  stop(): Promise<void>;
  /** SIGKILL: connections break, nothing is said goodbye to. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

const HOST = '127.0.0.1';
const DOCKER_IMAGE = 'redis:7';
/** freePort may lose its port to somebody else before Redis binds it. */
const ATTEMPTS = 3;
const LAST_CLUSTER_PORT = 65_535 - 10_000;

/** A Redis of one's own, empty and without persistence; it answers when this returns and never outlives the worker. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const command = process.env.TEST_REDIS_COMMAND ?? 'redis-server';
  const start = command === 'docker' ? startContainer : startProcess;
  for (let attempt = 1; ; attempt++) {
    const isNode = options.args?.includes('--cluster-enabled');
    const port = options.port ?? (await (isNode ? clusterPort() : freePort()));
    // A replica keeps what its master sends, and would read it at its next start.
    const snapshot = `mandi-test-${port}.rdb`;
    await rm(join(tmpdir(), snapshot), { force: true });
    const own = ['--save', '', '--appendonly', 'no', '--dir', tmpdir(), '--dbfilename', snapshot];
    const args = [...own, ...(options.args ?? [])];
    const engine = await start(command, port, args);
    try {
      await waitUntilItAnswers(port, engine.child);
      return handle(port, engine);
    } catch (error) {
      await engine.child.stop('SIGKILL');
      if (options.port !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Of a node of a cluster, whose bus has the port 10,000 above: Redis refuses any from which that would be none. */
export async function clusterPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port <= LAST_CLUSTER_PORT) return port;
  }
}

interface Engine {
  child: Child;
  pid: number;
  signal: (signal: NodeJS.Signals) => Promise<void>;
}

async function startProcess(command: string, port: number, args: string[]): Promise<Engine> {
  const child = await startChild(command, ['--port', String(port), '--bind', HOST, '--protected-mode', 'no', ...args]);
  return {
    child,
    pid: child.pid,
    signal(signal) {
      child.signal(signal);
      return Promise.resolve();
    },
  };
}

async function startContainer(docker: string, port: number, args: string[]): Promise<Engine> {
  const name = `mandi-test-redis-${randomBytes(6).toString('hex')}`;
  const publish = ['--publish', `${HOST}:${port}:6379`];
  const redis = [DOCKER_IMAGE, 'redis-server', '--protected-mode', 'no', ...args];
  const child = await startChild(docker, ['run', '--rm', '--name', name, ...publish, ...redis]);
  const dismissGuard = whenWeDie('docker kill "$1"', [name]);
  void child.exited.then(dismissGuard);
  const inspect = (): Promise<number> =>
    exec(docker, ['inspect', '--format', '{{.State.Pid}}', name]).then(({ stdout }) => Number(stdout));
  return {
    child,
    pid: await waitFor(inspect, { timeoutMs: 30_000, what: `container ${name}` }),
    async signal(signal) {
      await exec(docker, ['kill', '--signal', signal, name]);
    },
  };
}

function handle(port: number, { child, pid, signal }: Engine): TestRedis {
  const end = async (how: NodeJS.Signals): Promise<void> => {
    if (!child.hasExited()) {
      await signal('SIGCONT');
      await signal(how);
    }
    await child.stop();
  };
  return {
    host: HOST,
    port,
    pid,
    url: `redis://${HOST}:${port}`,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
  };
}

async function waitUntilItAnswers(port: number, child: Child): Promise<void> {
  const answered = await waitFor(async () => child.hasExited() || (await ping(port)), {
    timeoutMs: 15_000,
    what: `Redis on port ${port}`,
  });
  // Something else may answer on that port while ours has failed to bind it.
  if (answered !== 'PONG' || child.hasExited()) throw new Error(`redis-server ended at once: ${child.output()}`);
}

async function ping(port: number): Promise<'PONG' | undefined> {
  const socket = connect({ host: HOST, port, timeout: 1000 });
  try {
    socket.on('timeout', () => socket.destroy(new Error('no answer')));
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().startsWith('+PONG') ? 'PONG' : undefined;
  } finally {
    socket.destroy();
  }
}

/** What starts Redis here, for TEST_REDIS_COMMAND: a `redis-server`, installed when need be, or `docker`. */
export async function findRedis(): Promise<string> {
  if (await isInstalled('redis-server', ['--version'])) return 'redis-server';
  if (await runs('docker', ['info'])) {
    await exec('docker', ['pull', '--quiet', DOCKER_IMAGE]);
    return 'docker';
  }
  throw new Error('The tests need Redis: install redis-server (7.0 or later), or start a Docker engine');
}
