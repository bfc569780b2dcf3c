import { access, link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** @throws an error that says EEXIST, as the system would */
export async function expectAbsent(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw Object.assign(new Error(`EEXIST: file already exists, open '${path}'`), { code: 'EEXIST' });
}

/** Gives a whole file its name, unless another one has it by now, and sees to it that the name is on the disk. */
export async function giveName(partial: string, path: string): Promise<void> {
  await link(partial, path);
  await rm(partial);
  await syncFolder(dirname(path));
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
