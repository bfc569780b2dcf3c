import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export { freePort } from '../../src/embedded-postgres/free-port.js';

export interface WaitOptions {
  timeoutMs?: number;
  everyMs?: number;
  /** Ends the sentence "timed out waiting for …". */
  what: string;
}

/** Polls until the condition gives something truthy, and returns that. Errors of the condition count as "not yet". */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 20, what }: WaitOptions,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(`timed out after ${timeoutMs} ms waiting for ${what}`, { cause: lastError });
    }
    await sleep(everyMs);
  }
}

/**
 * Has `script` (sh; `args` are $1, $2, …) run when this process ends without calling the returned function, however it
 * ends: a shell waits for the end of a pipe that only we hold. In jest's sandbox `process.on('exit')` never fires, and
 * no handler runs at a SIGKILL.
 */
export function whenWeDie(script: string, args: readonly string[]): () => void {
  const guard = spawn('sh', ['-c', `read _; ${script}`, 'sh', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  unrefPipe(guard.stdin);
  guard.stdin.on('error', () => undefined); // the guard was ended first: nothing to tell it
  guard.unref();
  return () => {
    guard.kill('SIGKILL');
    guard.stdin.destroy();
  };
}

export interface Child {
  pid: number;
  /** All that it has written to stdout and stderr so far. */
  output: () => string;
  /** Waits for a line that matches, and returns the match. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  signal: (signal: NodeJS.Signals) => void;
  hasExited: () => boolean;
  /** Sends SIGTERM (or another signal), after `timeoutMs` SIGKILL, and waits for the end. */
  stop(signal?: NodeJS.Signals, timeoutMs?: number): Promise<void>;
  /** The exit code, or the signal's name. */
  exited: Promise<number | NodeJS.Signals>;
}

export type ChildOptions = Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'>;

/** Starts a child that never outlives this process and keeps neither jest nor its worker from ending. */
export async function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Promise<Child> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => written.push(text));
    unrefPipe(stream);
  }
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  await once(child, 'spawn');
  const pid = child.pid as number;
  const dismissGuard = whenWeDie('kill -KILL "$1"', [String(pid)]);
  child.once('exit', dismissGuard);
  child.unref();

  const output = (): string => written.join('');
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    output,
    exited,
    hasExited,
    signal: (signal) => void child.kill(signal),
    waitForLine: (pattern, timeoutMs = 15_000) => waitForLine({ pattern, timeoutMs, output, hasExited, command }),
    stop: (signal = 'SIGTERM', timeoutMs = 10_000) => stopChild({ child, exited, hasExited, signal, timeoutMs }),
  };
}

interface LineWait {
  pattern: RegExp;
  timeoutMs: number;
  output: () => string;
  hasExited: () => boolean;
  command: string;
}

async function waitForLine({ pattern, timeoutMs, output, hasExited, command }: LineWait): Promise<RegExpExecArray> {
  const lineOf = (): RegExpExecArray | undefined => {
    for (const line of output().split('\n')) {
      const match = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, '')).exec(line);
      if (match) return match;
    }
    return undefined;
  };
  const what = `a line ${String(pattern)} of ${command}`;
  try {
    await waitFor(() => lineOf() ?? hasExited(), { timeoutMs, what });
  } catch (error) {
    throw new Error(`timed out waiting for ${what}; it wrote:\n${output()}`, { cause: error });
  }
  const match = lineOf();
  if (!match) throw new Error(`${command} ended before ${what}; it wrote:\n${output()}`);
  return match;
}

interface Stop {
  child: ChildProcess;
  exited: Promise<unknown>;
  hasExited: () => boolean;
  signal: NodeJS.Signals;
  timeoutMs: number;
}

async function stopChild({ child, exited, hasExited, signal, timeoutMs }: Stop): Promise<void> {
  if (!hasExited()) child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs); // also keeps the event loop alive meanwhile
  await exited;
  clearTimeout(timer);
}

function unrefPipe(stream: unknown): void {
  (stream as { unref?: () => void }).unref?.();
}
