import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './process-table.js';

/** The workshops of this very process: in a container a restarted process often gets its predecessor's id. */
const ours = new Set<string>();

/** A directory beside `target` in which it is prepared, to be renamed when complete; it bears our process id. */
export function stagingDir(target: string): string {
  const workshop = `${target}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  ours.add(workshop);
  return workshop;
}

/** Removes what starts that died half-way left beside `target`; workshops of living processes stay. */
export async function removeStaleStagingDirs(target: string): Promise<void> {
  const prefix = `${basename(target)}.new-`;
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix)) continue;
    const path = join(dirname(target), name);
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    const isInUse = pid === process.pid ? ours.has(path) : isAlive(pid);
    if (!isInUse) await rm(path, { recursive: true, force: true });
  }
}
