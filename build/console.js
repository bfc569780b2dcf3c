// Bundles the console: src/console/web as static files in dist/web, with names by content, compressed beforehand.
import { build } from 'esbuild';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { ROOT } from './root.js';

export const CONSOLE_SOURCES = 'src/console/web';
const OUT = 'dist/web';
/** What the browser asks for by a name that says its content, so that it may keep it for ever. */
const HASHED = `${OUT}/assets`;
const TEXTS = /\.(?:js|css|svg|html)$/;

/** Makes the files anew; a server that runs meanwhile has read those it serves. */
export async function buildConsole() {
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`${CONSOLE_SOURCES}/main.tsx`],
    outdir: HASHED,
    tsconfig: `${CONSOLE_SOURCES}/tsconfig.json`,
    bundle: true,
    // Views are loaded when they are first opened.
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome110', 'firefox115', 'safari16.4'],
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  // Not before: what is there stays if the sources have errors.
  await rm(OUT, { recursive: true, force: true });
  await mkdir(HASHED, { recursive: true });
  const icon = await readFile(`${CONSOLE_SOURCES}/icon.svg`);
  const page = await pageWith(metafile);
  const files = outputFiles.map(({ path, contents }) => [join(HASHED, basename(path)), contents]);
  await Promise.all(
    [...files, [`${OUT}/icon.svg`, icon], [`${OUT}/index.html`, page]].map(([path, c]) => write(path, c)),
  );
}

/** The page with the names of what it loads first. */
async function pageWith({ outputs }) {
  const template = await readFile(`${CONSOLE_SOURCES}/index.html`, 'utf8');
  const [entry, { imports, cssBundle }] = Object.entries(outputs).find(
    ([, output]) => output.entryPoint !== undefined && output.entryPoint.endsWith('main.tsx'),
  );
  const assetOf = (path) => `console/assets/${basename(path)}`;
  const preloads = imports
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => `<link rel="modulepreload" href="${assetOf(path)}" />`);
  return Buffer.from(
    template
      .replace('%STYLES%', assetOf(cssBundle))
      .replace('%SCRIPT%', assetOf(entry))
      .replace('%PRELOADS%', preloads.join('\n    ')),
  );
}

async function write(path, contents) {
  await writeFile(path, contents);
  if (!TEXTS.test(path)) return;
  const size = { [constants.BROTLI_PARAM_SIZE_HINT]: contents.length };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(contents, { params: size }));
  await writeFile(`${path}.gz`, await promisify(gzip)(contents, { level: 9 }));
}
