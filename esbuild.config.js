// Bundles the server that `npm start` and the image run: dist/bundle/main.js, of what `nest build` has put into dist/.
// Finding, reading and compiling some 2,000 files one by one is half of a start; see docs/performance.md.
import { build } from 'esbuild';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';

const TO = 'dist/bundle';
/** Written last. */
const COMPLETE = '.complete';
/** Whatever changes what is bundled is told by one of them: this file, the compiler's record, npm's of the packages. */
const MADE_OF = ['esbuild.config.js', 'dist/.tsbuildinfo', 'node_modules/.package-lock.json'];

/** Loaded only if an application has them, or on Cloudflare Workers; ours has not, and is not. */
const ABSENT = [
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  'bufferutil',
  'class-transformer/storage',
  'pg-cloudflare',
  'pg-native',
  'utf-8-validate',
];

/** TypeORM's drivers; it loads those of all databases, whatever it is used with. */
const DRIVER = /node_modules.typeorm.driver.([\w-]+).\w+Driver\.js$/;
const DRIVERS_IN_USE = new Set(['postgres', 'aurora-postgres']);

const modules = {
  name: 'modules',
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => {
      const [, driver] = DRIVER.exec(path) ?? [];
      if (driver !== undefined && !DRIVERS_IN_USE.has(driver)) return { contents: '' };
      return { contents: ascii(inPlace(await readFile(path, 'utf8'), path)) };
    });
  },
};

/** A module that asks where it is, for the files beside it, is where it was: the bundle lies in the same tree. */
function inPlace(source, path) {
  const at = (place) => JSON.stringify(posix.relative(pathToFileURL(TO).pathname, pathToFileURL(place).pathname));
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

/** One letter of another script, in a regular expression say, and Node.js keeps the whole file with two bytes a character. */
function ascii(source) {
  return source.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** @type {import('esbuild').BuildOptions} */
const OPTIONS = {
  entryPoints: ['dist/main.js'],
  outdir: TO,
  bundle: true,
  // What is loaded on demand stays apart, such as the page of the API documentation.
  splitting: true,
  chunkNames: '[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Node.js keeps the text it has compiled: the shorter, the less memory.
  minifySyntax: true,
  minifyWhitespace: true,
  // Of classes and functions: the log shows them, and TypeORM knows entities by them.
  keepNames: true,
  legalComments: 'none',
  charset: 'ascii',
  sourcemap: 'linked',
  sourcesContent: false,
  external: ABSENT,
  plugins: [modules],
  banner: {
    js: [
      "import { createRequire as bundle$requireFrom } from 'node:module';",
      "import { fileURLToPath as bundle$toPath } from 'node:url';",
      'const require = bundle$requireFrom(import.meta.url);',
      'const bundle$urlOf = (path) => new URL(path, import.meta.url).href;',
      'const bundle$pathOf = (path) => bundle$toPath(bundle$urlOf(path));',
    ].join('\n'),
  },
  metafile: true,
  logLevel: 'warning',
};

/** Making the bundle takes longer than it saves a start. */
async function isUpToDate() {
  try {
    const [made, ...of] = await Promise.all([join(TO, COMPLETE), ...MADE_OF].map((path) => stat(path)));
    return of.every(({ mtimeMs }) => mtimeMs < made.mtimeMs);
  } catch {
    return false;
  }
}

async function bundle() {
  const { metafile } = await build(OPTIONS);
  const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  const former = (await readdir(TO)).filter((name) => !made.has(name));
  await Promise.all(former.map((name) => rm(join(TO, name))));
  await writeFile(join(TO, COMPLETE), '');
}

if (!(await isUpToDate())) await bundle();
