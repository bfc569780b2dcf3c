import { chown, stat } from 'node:fs/promises';
import { EmbeddedPostgresError, errorCode, errorText } from './errors.js';
import { run, type SystemUser } from './run.js';

export { type SystemUser };

const OWN_USER = 'mandi';

/**
 * The user PostgreSQL has to run as; undefined when that is simply our own. PostgreSQL refuses root, so root lends its
 * cluster to the one who owns it already, else to `postgres`, else to a system user of our own.
 */
export async function serverUser(existingCluster?: string): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (existingCluster !== undefined) {
    const owner = await stat(existingCluster);
    if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  }
  return (await lookUp('postgres')) ?? (await lookUp(OWN_USER)) ?? (await createOwnUser());
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name], { cwd: '/' }), run('id', ['-g', name], { cwd: '/' })]);
  if (uid.code !== 0 || gid.code !== 0) return undefined;
  return { uid: Number(uid.output), gid: Number(gid.output) };
}

async function createOwnUser(): Promise<SystemUser> {
  const args = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', OWN_USER];
  const reason = await run('useradd', args, { cwd: '/' }).then(({ output }) => output, errorText);
  const user = await lookUp(OWN_USER);
  if (user) return user;
  throw new EmbeddedPostgresError(
    'no_system_user',
    `PostgreSQL cannot run as root and the system user "${OWN_USER}" could not be created (${reason}): ` +
      'start as an ordinary user, or set DATABASE_URL',
  );
}

/** Gives a file or directory to the server's user; nothing to do when that is ourselves. */
export async function give(path: string, user: SystemUser | undefined): Promise<void> {
  if (user) await chown(path, user.uid, user.gid);
}

/** Asks the kernel, as that user: modes alone would miss access lists and mount options. */
export async function canEnter(directory: string, user: SystemUser | undefined): Promise<boolean> {
  if (!user) return true;
  try {
    return (await run('test', ['-x', directory], { cwd: '/', user })).code === 0;
  } catch (error) {
    if (errorCode(error) === 'EACCES') return false;
    throw error;
  }
}
