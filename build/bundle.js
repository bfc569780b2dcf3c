// Bundles what `nest build` has put into dist/: the server that `npm start` and the image run, dist/bundle/main.js, and
// the commands, dist/commands. Finding, reading and compiling some 2,000 files one by one is half of a start; see
// docs/performance.md.
import { build } from 'esbuild';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { COMMANDS, commandNames } from './commands.js';
import { BANNER, moduleRewrites } from './module-rewrites.js';
import { ROOT } from './root.js';

export const BUNDLE = 'dist/bundle';

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

/** @type {import('esbuild').BuildOptions} */
export const SHARED_OPTIONS = {
  // esbuild would take the directory that was current when it was loaded.
  absWorkingDir: ROOT,
  bundle: true,
  // What is loaded on demand stays apart, such as the page of the API documentation.
  splitting: true,
  chunkNames: '[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Of classes and functions: the log shows them, and TypeORM knows entities by them.
  keepNames: true,
  charset: 'ascii',
  sourcemap: 'linked',
  sourcesContent: false,
  external: ABSENT,
  banner: { js: BANNER },
  metafile: true,
  logLevel: 'warning',
};

/** Makes the bundle of the server. */
export const bundle = () => bundleOf({ entryPoints: ['dist/main.js'], outdir: BUNDLE });

/** What decorators need. Files that several commands share may be evaluated in any order, and this has to be first. */
const METADATA = 'reflect-metadata';

/** Makes those of the commands; apart from the server's, which would begin with more and smaller files. */
export const bundleCommands = () =>
  bundleOf({
    entryPoints: commandNames().map((name) => `dist/cli/${name}.js`),
    outdir: COMMANDS,
    external: [...ABSENT, METADATA],
    banner: { js: `import '${METADATA}';\n${BANNER}` },
  });

/**
 * Parts of a former one go last, so that a process that still runs on it finds them for long.
 * @param {import('esbuild').BuildOptions & { outdir: string }} options
 */
async function bundleOf(options) {
  const result = await build({
    ...SHARED_OPTIONS,
    // Node.js keeps the text it has compiled: the shorter, the less memory.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    plugins: [moduleRewrites(options.outdir)],
    ...options,
  });
  await removeFormerParts(options.outdir, result);
}

/** Parts have names by content, so those of a former bundle would stay. */
export async function removeFormerParts(directory, { metafile }) {
  const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  const former = (await readdir(directory)).filter((name) => !made.has(name));
  await Promise.all(former.map((name) => rm(join(directory, name))));
}
