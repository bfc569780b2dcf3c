import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { errorCode } from './errors.js';
import { run } from './run.js';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM'; // another user's, but alive
  }
}

/**
 * The command line of a process, its words separated by blanks; undefined when there is no such process or, on
 * Windows, when that cannot be told. /proc/<pid>/cwd would be more exact, but root in a container without
 * CAP_SYS_PTRACE may not read it for other users' processes.
 */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (platform() === 'win32') return undefined;
  if (platform() === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text === '' ? undefined : text.replaceAll('\0', ' ').trim();
  }
  const { code, output } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { cwd: '/' });
  return code === 0 ? output : undefined;
}
