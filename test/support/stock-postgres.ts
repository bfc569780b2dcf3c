import { access, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/embedded-postgres/run.js';
import { freePort } from '../../src/embedded-postgres/free-port.js';
import { give, serverUser, type SystemUser } from '../../src/embedded-postgres/system-user.js';
import { temporaryDirectory, type TestPostgres } from './postgres-server.js';
import { whenWeDie } from './processes.js';
import { installPackage, runs } from './system-packages.js';

/** Where packages of Debian and Ubuntu put the programs, in a folder for each major version. */
const PACKAGED = '/usr/lib/postgresql';
const MISSING = 'The tests need a stock PostgreSQL beside the embedded one: install postgresql (15 or later)';

export interface StockPostgres extends TestPostgres {
  /** Major version. */
  major: number;
  /** A standby that streams from it, made by `pg_basebackup`. Stop it first. */
  replica(): Promise<TestPostgres>;
}

/**
 * A PostgreSQL as the machine's packages bring it, with what `initdb` writes into its configuration: `jit` is on, the
 * planner knows nothing of the product. Not a copy of the embedded one, and mostly an older version.
 *
 * @param settings none of which concern plans
 */
export async function startStockPostgres(settings: Readonly<Record<string, string>> = {}): Promise<StockPostgres> {
  const programs = await findPrograms();
  const user = await serverUser();
  const home = await temporaryDirectory(user);
  await give(home, user);
  const directory = join(home, 'postgres');
  const remove = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 5 });
  const pgCtlOf =
    (data: string) =>
    (...args: string[]) =>
      program(join(programs, 'pg_ctl'), ['-D', data, '-w', ...args], home, user);
  const start = async (data: string): Promise<{ port: number; stop: () => Promise<void> }> => {
    const port = await freePort();
    const options = { ...settings, port, listen_addresses: '127.0.0.1', unix_socket_directories: "''" };
    const flags = Object.entries(options).map(([name, value]) => `-c ${name}=${value}`);
    const guard = 'kill -QUIT $(head -n 1 "$1/postmaster.pid"); sleep 1; rm -rf "$2"';
    const dismissGuard = whenWeDie(guard, [data, home]);
    try {
      await pgCtlOf(data)('start', '-l', `${data}.log`, '-o', flags.join(' '));
    } catch (error) {
      // It may have started, and be too slow to be waited for.
      await pgCtlOf(data)('stop', '-m', 'immediate').then(dismissGuard, () => undefined);
      throw error;
    }
    return {
      port,
      async stop() {
        await pgCtlOf(data)('stop', '-m', 'fast');
        dismissGuard();
      },
    };
  };
  const urlOf = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`;
  try {
    // The locale of the official image and of a server that Debian has set up is one of UTF-8.
    const args = [
      '-D',
      directory,
      '-U',
      'postgres',
      '--auth=trust',
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ];
    await program(join(programs, 'initdb'), args, home, user);
    const primary = await start(directory);
    return {
      url: urlOf(primary.port),
      major: Number(/\(PostgreSQL\) (\d+)/.exec(await program(join(programs, 'postgres'), ['--version'], home))?.[1]),
      async replica() {
        const copy = join(home, 'replica');
        const from = [
          '-h',
          '127.0.0.1',
          '-p',
          String(primary.port),
          '-U',
          'postgres',
          '--checkpoint=fast',
          '--no-sync',
        ];
        await program(join(programs, 'pg_basebackup'), [...from, '-R', '-X', 'stream', '-D', copy], home, user);
        const { port, stop } = await start(copy);
        return { url: urlOf(port), stop };
      },
      async stop() {
        await primary.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The newest of those that are there; as root on Debian or Ubuntu one is installed if need be. */
async function findPrograms(): Promise<string> {
  const found = (await packaged()) ?? (await onPath());
  if (found !== undefined) return found;
  const mayInstall = process.getuid?.() === 0 && (await runs('apt-get', ['--version']));
  const installed = mayInstall && (await installPackage('postgresql')) ? await packaged() : undefined;
  if (installed === undefined) throw new Error(MISSING);
  return installed;
}

async function packaged(): Promise<string | undefined> {
  const versions = await readdir(PACKAGED).catch(() => []);
  const newest = versions.map(Number).sort((one, other) => other - one);
  for (const version of newest) {
    const directory = join(PACKAGED, String(version), 'bin');
    if (await hasAll(directory)) return directory;
  }
  return undefined;
}

async function onPath(): Promise<string | undefined> {
  for (const directory of (process.env.PATH ?? '').split(':')) {
    if (directory !== '' && (await hasAll(directory))) return directory;
  }
  return undefined;
}

/** A client's package alone has none of the first two. */
function hasAll(directory: string): Promise<boolean> {
  return Promise.all(['postgres', 'initdb', 'pg_ctl'].map((name) => access(join(directory, name)))).then(
    () => true,
    () => false,
  );
}

/** @returns what it has written */
async function program(file: string, args: readonly string[], cwd: string, user?: SystemUser): Promise<string> {
  const { code, output } = await run(file, args, { cwd, user, detached: true });
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${output}`);
  return output;
}
