import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

/** Milliseconds on a clock that all processes of this machine share, finer than the wall clock. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

interface Numbered {
  id: number;
  content: unknown;
}

interface Answered extends Numbered {
  error?: string;
}

interface Waiting {
  resolve: (answer: unknown) => void;
  reject: (error: Error) => void;
}

/** Requests to a child; any number may be under way. */
export class Child {
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  private constructor(private readonly process: ChildProcess) {
    process.on('message', ({ id, content, error }: Answered) => {
      const { resolve, reject } = this.waiting.get(id)!;
      this.waiting.delete(id);
      if (error === undefined) resolve(content);
      else reject(new Error(error));
    });
    process.on('exit', (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`A child has ended: ${code ?? signal}`));
      this.waiting.clear();
    });
  }

  /** @param module of TypeScript, which calls `serve` */
  static async start(module: URL, env: NodeJS.ProcessEnv = {}): Promise<Child> {
    const child = fork(module, {
      env: { ...process.env, ...env },
      execArgv: ['--import', '@swc-node/register/esm-register'],
      serialization: 'advanced',
    });
    await once(child, 'message');
    return new Child(child);
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Rejects with what the child threw, or when it ends. */
  ask<Answer>(request: object): Promise<Answer> {
    const id = (this.lastId += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.process.send({ id, content: request } satisfies Numbered);
    });
  }

  async stop(): Promise<void> {
    await endOf(this.process, 'SIGKILL');
  }
}

export async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** In a child: says that it is ready, then answers. */
export function serve<Request>(answer: (request: Request) => unknown): void {
  process.on('message', ({ id, content }: Numbered) => {
    void (async () => {
      try {
        process.send!({ id, content: (await answer(content as Request)) ?? null } satisfies Answered);
      } catch (error) {
        process.send!({ id, content: null, error: error instanceof Error ? error.stack! : String(error) });
      }
    })();
  });
  process.on('disconnect', () => process.exit());
  process.send!('ready');
}

export interface Usage {
  residentBytes: number;
  cpuMicros: number;
}

const TICKS_PER_SECOND = 100;

/** Memory and processor time of a process; Linux only. */
export async function usageOf(pid: number): Promise<Usage> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ]);
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return {
    residentBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024,
    cpuMicros: ((utime! + stime!) / TICKS_PER_SECOND) * 1e6,
  };
}
