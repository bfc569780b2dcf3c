// What bundling changes in the text of modules, ours and those of packages, so that they work from elsewhere.
// Each pattern is of a form that the packages in use have; test/e2e/bundle.spec.ts fails when one has another.
import { readFile } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import { pathToFileURL } from 'node:url';

/** TypeORM's drivers; it loads those of all databases, whatever it is used with. */
const DRIVER = /node_modules.typeorm.driver.([\w-]+).\w+Driver\.js$/;
const DRIVERS_IN_USE = new Set(['postgres', 'aurora-postgres']);

/** Code that goes before a bundle: what the rewritten modules call. */
export const BANNER = [
  "import { createRequire as bundle$requireFrom } from 'node:module';",
  "import { fileURLToPath as bundle$toPath } from 'node:url';",
  'const require = bundle$requireFrom(import.meta.url);',
  'const bundle$urlOf = (path) => new URL(path, import.meta.url).href;',
  'const bundle$pathOf = (path) => bundle$toPath(bundle$urlOf(path));',
].join('\n');

/** A source map that leads nowhere: without it esbuild makes one of every module, which is most of its work. */
const NO_MAP = `\n//# sourceMappingURL=data:application/json;base64,${btoa('{"version":3,"sources":[""],"mappings":"A"}')}`;

/**
 * The plugin of esbuild that rewrites modules for a bundle in `directory`.
 * @param {string} directory
 * @returns {import('esbuild').Plugin}
 */
export function moduleRewrites(directory) {
  return {
    name: 'module-rewrites',
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => ({ contents: await rewritten(path, directory) }));
    },
  };
}

/**
 * The same for a bundle of `.ts` modules that is made again and again while packages stay as they are: they are read
 * once, and have no source maps.
 * @param {string} directory
 * @param {(path: string) => Promise<string>} compile reads a `.ts` module as JavaScript
 * @returns {import('esbuild').Plugin}
 */
export function moduleRewritesWhileDeveloping(directory, compile) {
  const packages = new Map();
  return {
    name: 'module-rewrites',
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => {
        if (!packages.has(path)) packages.set(path, { contents: (await rewritten(path, directory)) + NO_MAP });
        return packages.get(path);
      });
      onLoad({ filter: /\.ts$/ }, async ({ path }) => ({ contents: inPlace(await compile(path), path, directory) }));
    },
  };
}

async function rewritten(path, directory) {
  const [, driver] = DRIVER.exec(path) ?? [];
  if (driver !== undefined && !DRIVERS_IN_USE.has(driver)) return '';
  return ascii(inPlace(await readFile(path, 'utf8'), path, directory));
}

/** A module that asks where it is, for the files beside it, is where it was: the bundle lies in the same tree. */
function inPlace(source, path, directory) {
  const from = pathToFileURL(directory).pathname;
  const at = (place) => JSON.stringify(posix.relative(from, pathToFileURL(place).pathname));
  return (
    source
      // Packages that others may do without are required at run time. Left as it is that would load each of them a second
      // time, from its own files.
      .replace(/^const require = createRequire\(import\.meta\.url\);$/m, '')
      .replaceAll(/\b__filename\b/g, () => `bundle$pathOf(${at(path)})`)
      .replaceAll(/\b__dirname\b/g, () => `bundle$pathOf(${at(dirname(path))})`)
      .replaceAll(/\bimport\.meta\.url\b/g, () => `bundle$urlOf(${at(path)})`)
  );
}

/** One letter of another script, in a regular expression say, and Node.js keeps the whole file with two bytes a letter. */
function ascii(source) {
  return source.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
