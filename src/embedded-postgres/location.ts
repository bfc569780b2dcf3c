import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { clusterVersion } from './cluster.js';
import { EmbeddedPostgresError, errorCode } from './errors.js';
import { run } from './run.js';
import { inSharedPlace, openDirectory } from './shared-place.js';
import { canEnter, serverUser, type SystemUser } from './system-user.js';

export interface Location {
  directory: string;
  user: SystemUser | undefined;
  /** PG_VERSION of the cluster that is there; undefined when it is yet to be made. */
  version: string | undefined;
}

const CLUSTER = 'postgres';
const NOTE = 'postgres-is-elsewhere.txt';

/** Finds the cluster of a DATA_DIR, or the place for a new one, and the user to run it as. */
export async function locate(dataDir: string): Promise<Location> {
  await makeFolder(dataDir);
  const home = await realpath(dataDir);
  const existing = await findExisting(home);
  if (existing === undefined) return placeForNew(home);

  const user = await serverUser(existing);
  await takeOver(existing, user, dataDir);
  return { directory: existing, user, version: await clusterVersion(existing) };
}

/** Node's own `recursive` never ends where a folder can't have others, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await isThere(parent))) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function findExisting(home: string): Promise<string | undefined> {
  const noted = (await readFile(join(home, NOTE), 'utf8').catch(() => ''))
    .split('\n')
    .find((line) => line.startsWith('/'));
  for (const candidate of [join(home, CLUSTER), ...(noted === undefined ? [] : [noted])]) {
    if (await isCluster(candidate)) return candidate;
  }
  return undefined;
}

async function isCluster(directory: string): Promise<boolean> {
  try {
    return (await clusterVersion(directory)) !== undefined;
  } catch (error) {
    if (errorCode(error) === 'EACCES') return true; // another user's; takeOver reports it
    throw error;
  }
}

/** Root gives a cluster that root has copied or restored to the server's user; anybody else can only use their own. */
async function takeOver(directory: string, user: SystemUser | undefined, dataDir: string): Promise<void> {
  const { uid } = await stat(directory);
  if (user) {
    if (uid === 0) await run('chown', ['-R', `${user.uid}:${user.gid}`, directory], { cwd: '/' });
    if (await canEnter(directory, user)) return;
    const reason = `cannot be entered by user id ${user.uid}, as which PostgreSQL runs`;
    throw new EmbeddedPostgresError('data_dir_unusable', `DATA_DIR ${dataDir}: ${dirname(directory)} ${reason}`);
  }
  if (process.getuid === undefined || uid === process.getuid()) return;
  throw new EmbeddedPostgresError(
    'data_dir_not_ours',
    `DATA_DIR ${dataDir} holds data of user id ${uid}: start as that user or as root, or choose another DATA_DIR`,
  );
}

async function placeForNew(home: string): Promise<Location> {
  const user = await serverUser();
  if (await canEnter(home, user)) return { directory: join(home, CLUSTER), user, version: undefined };
  const shared = await inSharedPlace(createHash('sha256').update(resolve(home)).digest('hex').slice(0, 16));
  const directory = join(shared, CLUSTER);
  await openDirectory(shared);
  await writeFile(
    join(home, NOTE),
    `The PostgreSQL data of this directory are in\n${directory}\n` +
      'because PostgreSQL does not run as root, and the user it runs as cannot enter this directory.\n',
  );
  return { directory, user, version: await clusterVersion(directory) };
}
