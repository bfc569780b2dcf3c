import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** CHANGELOG.md is left out: it may name what is gone. */
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...namesIn('docs').filter((path) => path.endsWith('.md')),
  ...namesIn('docs/decisions'),
];
const TOP = ['src', 'test', 'bench', 'build', 'docs', 'ops', '.ci'];
const PATHS = [...namesIn('.'), ...TOP.flatMap((top) => [top, ...below(top)])];
/** Commands that npm has without a script. */
const OF_NPM = new Set(['audit', 'ci', 'start', 'test']);
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Files of other programs, and what only a build or a running server makes. */
const MADE_ELSEWHERE = /^(?:dist\/(?:bundle|commands)|(?:live|write|consume)\.mjs$|DATA_DIR\/|node_modules\/)/;
const FILE = /^[\w.*/-]+\.(?:ts|js|cjs|mjs|json|yml|lua|md|spec\.ts)$/;
const IN_A_FOLDER = /^(?:src|test|bench|build|docs|\.ci)\/[\w.*/-]*$/;
const FOLDERS_OF_SHORT_NAMES = new Set([...folders('src'), ...folders('test')]);

function namesIn(directory: string): string[] {
  return readdirSync(directory).map((name) => join(directory, name));
}

function folders(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function below(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.map(({ parentPath, name }) => relative('.', join(parentPath, name)));
}

function codeIn(text: string): string[] {
  return [...text.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].map(([, block, inline]) => block ?? inline!);
}

/** Code that has the form of a path of this project. */
function pathsIn(text: string): string[] {
  const words = codeIn(text).flatMap((piece) => piece.split(/[\s,'"=;()]+/));
  return words.map((word) => word.replace(/^\.\//, '').replace(/\/$/, '')).filter(isPath);
}

function isPath(word: string): boolean {
  if (MADE_ELSEWHERE.test(word)) return false;
  if (FILE.test(word) && !word.startsWith('/')) return !/^(?:https?|socket\.io|Node\.js|node\.js)/i.test(word);
  return IN_A_FOLDER.test(word) || (word.includes('/') && isShortName(word));
}

/** Such as `e2e/products` for `test/e2e/products.spec.ts`. */
function isShortName(word: string): boolean {
  return /^[\w.-]+(?:\/[\w.-]+)+$/.test(word) && FOLDERS_OF_SHORT_NAMES.has(word.slice(0, word.indexOf('/')));
}

/** Whole, or the end of it if the document has named the folder before; a test without its ending. */
function exists(path: string): boolean {
  const source = path.replace(/^dist\/(.*)\.js$/, 'src/$1.ts');
  const pattern = source.replaceAll('.', '\\.').replaceAll('*', '[^/]*');
  const wanted = new RegExp(`(?:^|/)${pattern}(?:\\.spec\\.ts)?$`);
  return PATHS.some((known) => wanted.test(known));
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readFileSync(document, 'utf8');

  it('names files and folders that exist', () => {
    expect(pathsIn(text).filter((path) => !exists(path))).toEqual([]);
  });

  it('names npm commands that exist', () => {
    const named = codeIn(text).flatMap((piece) => [...piece.matchAll(/\bnpm (run (?:-s )?)?([a-z][\w:-]*)/g)]);
    const missing = named.filter(([, run, name]) => (run === undefined ? !OF_NPM.has(name!) : !(name! in scripts)));
    expect(missing.map(([whole]) => whole)).toEqual([]);
  });

  it('links to documents and headings that exist', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path, heading] = link.split('#', 2);
      const file = path === '' ? document : join(dirname(document), path!);
      return !existsSync(file) || (heading !== undefined && !headingsOf(file).includes(heading));
    });
    expect(broken).toEqual([]);
  });
});

/** As the hosts of repositories make them into anchors. */
function headingsOf(file: string): string[] {
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
