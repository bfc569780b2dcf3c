import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, SUPERUSER } from './cluster.js';
import { EmbeddedPostgresError, errorCode } from './errors.js';
import { freePort } from './free-port.js';
import { runningPostmaster } from './postmaster.js';
import { run } from './run.js';

export type ServerSettings = Readonly<Record<string, string>>;

const LOG_FILE = 'server.log';
const LOG_BYTES = 8 * 1024 * 1024;
const START_SECONDS = 60;
const FAST_STOP_MS = 20_000;
const IMMEDIATE_STOP_SECONDS = 10;

/** pg_ctl hands these to a shell between double quotes. */
const UNQUOTABLE = /["$`\\\n]/;

/** Reachable by password on 127.0.0.1 only; applied after the caller's settings. */
const ALWAYS: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

/** To be asked before a cluster is made. */
export function checkPaths({ directory, binaries }: Cluster): void {
  for (const path of [directory, binaries.pgCtl]) {
    if (process.platform === 'win32' || !UNQUOTABLE.test(path)) continue;
    const reason = 'may not contain any of " $ ` \\ or a line break';
    throw new EmbeddedPostgresError('data_dir_unusable', `PostgreSQL cannot run here: the path ${path} ${reason}`);
  }
}

/**
 * Starts the server and returns its port, a new one each time unless one is given. pg_ctl puts the server into a
 * session of its own, so neither a Ctrl-C in our terminal nor our death ends it.
 */
export async function startServer(cluster: Cluster, settings: ServerSettings, given?: number): Promise<number> {
  const port = given ?? (await freePort());
  const log = join(cluster.directory, LOG_FILE);
  await keepLogSmall(log);
  const logStart = await sizeOf(log);
  const options = Object.entries({ ...settings, ...ALWAYS, port: String(port) }).map(
    ([name, value]) => `-c ${name}=${value}`,
  );
  const args = [
    'start',
    '-D',
    cluster.directory,
    '-l',
    log,
    '-w',
    '-t',
    String(START_SECONDS),
    '-o',
    options.join(' '),
  ];
  const { code, output } = await runPgCtl(cluster, args);
  if (code === 0) return port;
  const reason = (await lastFatalLine(log, logStart)) ?? output.split('\n').at(-1);
  throw new EmbeddedPostgresError('start_failed', `PostgreSQL did not start: ${reason} (log: ${log})`);
}

/**
 * Stops the server, if it runs: first politely (open connections are ended), in the end by force, which loses nothing
 * either, but has the next start recover.
 *
 * @param politelyFor milliseconds, of which whole seconds count, one at least
 */
export async function stopServer(cluster: Cluster, politelyFor = FAST_STOP_MS): Promise<void> {
  const stop = (mode: string, seconds: number) =>
    runPgCtl(cluster, ['stop', '-D', cluster.directory, '-m', mode, '-w', '-t', String(seconds)]);
  if ((await stop('fast', Math.max(1, Math.floor(politelyFor / 1_000)))).code === 0) return;
  if (!(await runningPostmaster(cluster.directory))) return;
  const { output } = await stop('immediate', IMMEDIATE_STOP_SECONDS);
  if (!(await runningPostmaster(cluster.directory))) return;
  throw new EmbeddedPostgresError('stop_failed', `PostgreSQL did not stop: ${output}`);
}

export function connectionUrl(port: number, password: string, database: string): string {
  // Said outright, since a PGSSLMODE in the environment would be asked otherwise.
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

function runPgCtl(cluster: Cluster, args: string[]) {
  const { directory, user, binaries } = cluster;
  return run(binaries.pgCtl, args, { cwd: directory, user, detached: true });
}

/** The server appends to one file; what an earlier run left beyond the bound becomes the one old log we keep. */
async function keepLogSmall(log: string): Promise<void> {
  if ((await sizeOf(log)) <= LOG_BYTES) return;
  await rm(`${log}.old`, { force: true });
  await rename(log, `${log}.old`);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function lastFatalLine(log: string, from: number): Promise<string | undefined> {
  const text = (await readFile(log).catch(() => Buffer.alloc(0))).subarray(from).toString('utf8');
  return text.match(/(?:FATAL|PANIC): .*/g)?.at(-1);
}
