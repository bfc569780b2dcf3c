import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `docs/errors.md` is a promise to clients: it has every code of the source, with its status, and no other. */
describe('docs/errors.md', () => {
  let source: Map<string, number | undefined>;
  let table: Map<string, number | undefined>;

  beforeAll(async () => {
    source = codesOf(await sourceFiles());
    table = rowsOf(await readFile('docs/errors.md', 'utf8'));
  });

  it('has every code of the source', () => {
    expect(source.size).toBeGreaterThan(30); // the patterns below still find something
    expect([...source.keys()].filter((code) => !table.has(code))).toEqual([]);
  });

  it('has no code that is gone', () => {
    expect([...table.keys()].filter((code) => !source.has(code))).toEqual([]);
  });

  it('has the status of every code', () => {
    expect([...source].filter(([code, status]) => table.has(code) && table.get(code) !== status)).toEqual([]);
  });
});

async function sourceFiles(): Promise<string> {
  const paths = (await readdir('src', { recursive: true })).filter((path) => /(?<!\.spec)\.ts$/.test(path));
  return (await Promise.all(paths.map((path) => readFile(join('src', path), 'utf8')))).join('\n');
}

function codesOf(text: string): Map<string, number | undefined> {
  const codes = new Map<string, number | undefined>();
  const statuses = new Map<string, number | undefined>();
  const classes = [...text.matchAll(/class (\w+) extends (\w+) \{\n(.*?)\n\}/gs)].map(([, name, parent, body]) => {
    const status = /\bstatus = (\d{3})/.exec(body!)?.[1];
    const code = /\bcode(?:: string)? = '(\w+)'/.exec(body!)?.[1];
    if (status !== undefined) statuses.set(name!, Number(status));
    return { name: name!, parent: parent!, code };
  });
  for (const { name, parent, code } of classes) {
    if (code !== undefined) codes.set(code, statuses.get(name) ?? statuses.get(parent));
  }
  // What Fastify and Nest raise themselves, in infra/http/problem.ts.
  for (const [, status, code] of text.matchAll(/^ {2}([45]\d\d): '(\w+)',$/gm)) codes.set(code!, Number(status));
  for (const [, code] of text.matchAll(/\{ status, code: '(\w+)'/g)) codes.set(code!, 500);
  // The embedded PostgreSQL's.
  for (const [, code] of union(text).matchAll(/'(\w+)'/g)) codes.set(code!, undefined);
  return codes;
}

function union(text: string): string {
  return /type EmbeddedPostgresErrorCode =([^;]*);/.exec(text)?.[1] ?? '';
}

function rowsOf(markdown: string): Map<string, number | undefined> {
  const rows = [...markdown.matchAll(/^\| `(\w+)` +\|(?: (\d{3}) +\|)?/gm)];
  return new Map(rows.map(([, code, status]) => [code!, status === undefined ? undefined : Number(status)]));
}
