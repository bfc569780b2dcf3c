import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where root keeps what the server's user must reach when the project itself lies out of its reach (/root is 0700). */
const SHARED_PLACE = '/var/lib/mandi-inventory-sync';

/** The path of `name` in the shared place, which is made when it is missing. */
export async function inSharedPlace(name: string): Promise<string> {
  await openDirectory(SHARED_PLACE);
  return join(SHARED_PLACE, name);
}

/** Makes a directory that everybody may enter, whatever the umask is. */
export async function openDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}
