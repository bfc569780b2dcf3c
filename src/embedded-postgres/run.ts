import { spawn } from 'node:child_process';

export interface SystemUser {
  uid: number;
  gid: number;
}

export interface RunOptions {
  cwd: string;
  /** Root only: the user the program runs as. */
  user?: SystemUser | undefined;
  /** Own session: a Ctrl-C in the terminal does not reach the program. */
  detached?: boolean;
}

export interface RunResult {
  /** null when a signal ended it */
  code: number | null;
  output: string;
}

/** On Windows `pg_ctl start` leaves its pipes to the server, so "close" would never come; "exit" then decides. */
const PIPES_AFTER_EXIT_MS = 500;

/** Runs a program to its end; rejects only when it could not be started (ENOENT, EACCES). */
export function run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    // No `env`: the child inherits ours.
    const child = spawn(file, args, {
      cwd: options.cwd,
      detached: options.detached ?? false,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(options.user && { uid: options.user.uid, gid: options.user.gid }),
    });
    const output: string[] = [];
    let lateTimer: NodeJS.Timeout | undefined;
    const finish = (code: number | null): void => {
      clearTimeout(lateTimer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, output: output.join('').trim() });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    child.once('error', reject);
    child.once('close', finish);
    child.once('exit', (code) => {
      lateTimer = setTimeout(finish, PIPES_AFTER_EXIT_MS, code);
    });
  });
}
