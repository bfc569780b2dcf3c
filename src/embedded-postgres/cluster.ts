import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Binaries } from './binaries.js';
import { EmbeddedPostgresError, errorCode } from './errors.js';
import { removeStaleStagingDirs, stagingDir } from './stale-staging-dirs.js';
import { run } from './run.js';
import { give, type SystemUser } from './system-user.js';

/** A cluster's directory together with what is needed to work on it. */
export interface Cluster {
  directory: string;
  binaries: Binaries;
  user: SystemUser | undefined;
}

export const SUPERUSER = 'mandi';
export const PASSWORD_FILE = 'mandi.password';

/** The version in PG_VERSION, or undefined when there is no cluster yet. */
export async function clusterVersion(directory: string): Promise<string | undefined> {
  try {
    return (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export async function readPassword(directory: string): Promise<string> {
  const password = (await readFile(join(directory, PASSWORD_FILE), 'utf8').catch(() => '')).trim();
  if (password !== '') return password;
  const file = join(directory, PASSWORD_FILE);
  throw new EmbeddedPostgresError('data_dir_unusable', `The password file ${file} is missing or cannot be read`);
}

/**
 * Makes a cluster: UTF-8, code point order, passwords only. Everything, the password included, is prepared beside the
 * final place and renamed into it, so a cluster exists whole or not at all; of two starts at once one is kept.
 * `durable: false` spares the flush to disk, for tests.
 */
export async function createCluster(cluster: Cluster, { durable = true } = {}): Promise<void> {
  await removeStaleStagingDirs(cluster.directory);
  const workshop = stagingDir(cluster.directory);
  await mkdir(workshop, { mode: 0o700 });
  try {
    await give(workshop, cluster.user);
    const passwordFile = join(workshop, PASSWORD_FILE);
    await writePassword(passwordFile, cluster.user);
    const made = join(workshop, 'cluster');
    await initdb(cluster, made, passwordFile, durable);
    await rename(passwordFile, join(made, PASSWORD_FILE));
    await moveIntoPlace(made, cluster.directory);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function writePassword(path: string, user: SystemUser | undefined): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(24).toString('base64url')}\n`);
    await file.sync(); // a cluster whose password a power cut has emptied would be lost
  } finally {
    await file.close();
  }
  await give(path, user);
}

async function initdb(cluster: Cluster, directory: string, passwordFile: string, durable: boolean): Promise<void> {
  const args = ['-D', directory, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  // The built-in provider knows the case rules of all scripts and, unlike libc or ICU, orders alike on every machine.
  args.push('--encoding=UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  if (!durable) args.push('--no-sync');
  const { code, output } = await run(cluster.binaries.initdb, args, {
    cwd: dirname(directory),
    user: cluster.user,
    detached: true, // a Ctrl-C ends us when the cluster is whole
  });
  if (code === 0) return;
  const reason = /^initdb: (?:error|fatal): (.*)$/m.exec(output)?.[1] ?? output.split('\n').at(-1);
  throw new EmbeddedPostgresError('initdb_failed', `initdb could not make ${cluster.directory}: ${reason}`);
}

async function moveIntoPlace(made: string, directory: string): Promise<void> {
  try {
    await rename(made, directory);
  } catch (error) {
    if ((await clusterVersion(directory)) !== undefined) return; // another start was faster; use its cluster
    const reason = errorCode(error) === 'ENOTEMPTY' ? 'exists, but is not a PostgreSQL cluster' : 'could not be made';
    throw new EmbeddedPostgresError('data_dir_unusable', `${directory} ${reason}`, { cause: error });
  }
}
