import { readdir, readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The files that processes have loaded which had `directory` as their `NODE_V8_COVERAGE`; V8 tells at their end. */
export async function loadedFiles(directory: string): Promise<string[]> {
  const reports = await Promise.all((await readdir(directory)).map((name) => readFile(`${directory}/${name}`, 'utf8')));
  const urls = reports.flatMap((report) => (JSON.parse(report) as { result: { url: string }[] }).result);
  const files = urls.filter(({ url }) => url.startsWith('file:')).map(({ url }) => relative('', fileURLToPath(url)));
  return [...new Set(files)];
}
