import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';

/** What `build/console.js` has made of `src/console/web`: the same from `src`, `dist` and the bundle. */
const FILES = new URL('../../dist/web/', import.meta.url);
/** Of the build itself; nothing else is looked for. */
const NAME = /^(?:assets\/)?[\w-]+\.(js|css|svg|html)$/;
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  html: 'text/html; charset=utf-8',
};
/** The best first. */
const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;

export interface ConsoleFile {
  body: Buffer;
  type: string;
  /** Undefined: as it is. */
  encoding: string | undefined;
  etag: string;
  /** Whether its name says its content, so that it never changes. */
  permanent: boolean;
}

/** Static files, compressed by the build. Some 300 KB are kept in memory once they were asked for. */
@Injectable()
export class ConsoleFiles {
  private readonly known = new LRUCache<string, ConsoleFile>({ max: 100 });

  /** @returns undefined if there is no such file, or nothing was built */
  async find(name: string, acceptEncoding = ''): Promise<ConsoleFile | undefined> {
    const [, ending] = NAME.exec(name) ?? [];
    if (ending === undefined) return undefined;
    const encoding = ENCODINGS.find((one) => accepts(acceptEncoding, one.name));
    const path = name + (encoding?.ending ?? '');
    // The names of these stay when the console is built again while the server runs.
    const permanent = name.startsWith('assets/');
    const known = permanent ? this.known.get(path) : undefined;
    if (known) return known;
    const body = await read(path);
    if (!body) return undefined;
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const file = { body, type: TYPES[ending]!, encoding: encoding?.name, etag, permanent };
    if (permanent) this.known.set(path, file);
    return file;
  }
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(new URL(path, FILES));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether `Accept-Encoding` names an encoding and doesn't rule it out with `q=0`. */
function accepts(header: string, encoding: string): boolean {
  return header.split(',').some((part) => {
    const [name = '', quality = ''] = part.toLowerCase().split(';', 2);
    return name.trim() === encoding && !/^q=0(?:\.0*)?$/.test(quality.trim());
  });
}
