import { readFile, rm, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './errors.js';
import { commandLine, isAlive } from './process-table.js';

export interface Postmaster {
  pid: number;
  port: number;
}

/** Above every system's largest process id. */
const DEAD_PID = '2147483647';
/** A server writes its file right after it has created it; an empty one that stays empty is from a crashed machine. */
const EMPTY_FILE_MS = 1000;

const pidFile = (cluster: string): string => join(cluster, 'postmaster.pid');

/** The living server of this very cluster, by its postmaster.pid. */
export async function runningPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readPidFile(cluster);
  // pid, data directory, start time, port, … : src/include/utils/pidfile.h
  const lines = text?.split('\n') ?? [];
  const pid = Math.abs(Number(lines[0] ?? ''));
  if (!pid || !isAlive(pid) || !(await serves(pid, cluster))) return undefined;
  return { pid, port: Number(lines[3]) };
}

/**
 * Makes a postmaster.pid that a crashed machine left harmless. PostgreSQL itself ignores one whose process is gone, but
 * refuses to start when it is empty or when some unrelated process of the same user has got that process id by now
 * (after a container's restart this is the rule). The file is kept but for the id: its last line lets PostgreSQL find
 * out whether processes of the old server still hold the shared memory.
 */
export async function disarmStalePidFile(cluster: string): Promise<void> {
  const text = await readPidFile(cluster);
  if (text === undefined || (await runningPostmaster(cluster))) return;
  if (text === '') {
    await sleep(EMPTY_FILE_MS);
    if ((await readPidFile(cluster)) === '') await rm(pidFile(cluster), { force: true });
    return;
  }
  const [pid = '', ...rest] = text.split('\n');
  if (!isAlive(Math.abs(Number(pid))) || (await readPidFile(cluster)) !== text) return;
  await writeFile(pidFile(cluster), [DEAD_PID, ...rest].join('\n'), { flag: 'r+' });
}

async function serves(pid: number, cluster: string): Promise<boolean> {
  if (platform() === 'win32') return true;
  return (await commandLine(pid))?.includes(` -D ${cluster} `) ?? false;
}

async function readPidFile(cluster: string): Promise<string | undefined> {
  try {
    return await readFile(pidFile(cluster), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
