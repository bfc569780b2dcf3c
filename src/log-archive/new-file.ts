import { access, link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/**
 * Compresses bytes into a new file, for its owner alone. It has its name when it is whole and on the disk; a file of
 * before is never overwritten.
 *
 * @param written what must succeed before the file gets its name
 * @throws an error of the code EEXIST if there is a file of that name
 */
export async function writeNewFile(
  path: string,
  bytes: AsyncIterable<Buffer>,
  written: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  await expectAbsent(path);
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  const file = await open(partial, 'wx', 0o600);
  try {
    await pipeline(Readable.from(bytes), createGzip(), file.createWriteStream({ flush: true }));
    await written();
    await link(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  await syncFolder(dirname(path));
}

async function expectAbsent(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw Object.assign(new Error(`EEXIST: file already exists, open '${path}'`), { code: 'EEXIST' });
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
