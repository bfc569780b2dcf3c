import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export interface PackedClient {
  /** Programs in here find the package. */
  folder: string;
  /** The package itself. */
  installed: string;
  dispose(): Promise<void>;
}

/** What `npm run pack:client` makes, installed in an empty folder. */
export async function packedClient(): Promise<PackedClient> {
  const folder = await mkdtemp(join(tmpdir(), 'mandi-packed-'));
  const run = promisify(execFile);
  await run('npm', ['run', '-s', 'pack:client', '--', folder]);
  const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz'))!;
  const installed = join(folder, 'node_modules/mandi-inventory-client');
  await mkdir(installed, { recursive: true });
  await run('tar', ['xzf', join(folder, packed), '--strip-components=1', '-C', installed]);
  // As npm would have done, from the network.
  await symlink(resolve('node_modules/socket.io-client'), join(folder, 'node_modules/socket.io-client'));
  return { folder, installed, dispose: () => rm(folder, { recursive: true, force: true }) };
}
