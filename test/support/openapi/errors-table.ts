import { readFile } from 'node:fs/promises';

/** Status by code, of the tables in docs/errors.md; those without a status aside. */
export async function errorsTable(): Promise<Map<string, number>> {
  const rows = [...(await readFile('docs/errors.md', 'utf8')).matchAll(/^\| `(\w+)` +\| (\d{3}) +\|/gm)];
  return new Map(rows.map(([, code, status]) => [code!, Number(status)]));
}
