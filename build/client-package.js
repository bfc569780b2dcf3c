// Makes the client library a package of its own in dist/client-package, and packs it: npm run pack:client [-- FOLDER]
import { execFile } from 'node:child_process';
import { build } from 'esbuild';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { withBuildLock } from './build-lock.js';
import { ROOT } from './root.js';
import { SMALL_SOCKETS } from './small-sockets.js';

const OUT = join(ROOT, 'dist/client-package');
const NAME = 'mandi-inventory-client';
const SOCKETS = 'socket.io-client';
/** What the types of the library mention stands in these folders of the build. */
const TYPES = ['client', 'contracts'];
/** Holds the terms of all that is in the file for pages, which point to it. */
const LICENCES = 'LICENSES.txt';
const BANNER = `/*! ${NAME}, MIT, with Socket.IO's client in it: see ${LICENCES} of the package */`;

/**
 * One at a time, and none while a build changes what it copies.
 * @param folder where the packed file goes
 */
export const packClient = (folder) => withBuildLock(() => pack(folder));

async function pack(folder) {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  const own = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  await Promise.all([
    // For Node.js, which shares Socket.IO with whatever else has it.
    bundle('index.js', { external: [SOCKETS], target: 'es2022' }),
    // For pages, with a bundler or without: everything in one file.
    bundle('mandi-inventory-client.min.js', {
      minify: true,
      platform: 'browser',
      target: 'es2022',
      banner: { js: BANNER },
      ...SMALL_SOCKETS,
    }).then(writeLicences),
    ...TYPES.map(copyTypes),
    cp(join(ROOT, 'LICENSE'), join(OUT, 'LICENSE')),
    writeFile(join(OUT, 'README.md'), await readmeOf()),
    writeFile(join(OUT, 'package.json'), `${JSON.stringify(manifest(own), undefined, 2)}\n`),
  ]);
  await mkdir(folder, { recursive: true });
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', folder], { cwd: OUT });
  return join(folder, JSON.parse(stdout)[0].filename);
}

const bundle = (name, options) =>
  build({
    absWorkingDir: ROOT,
    entryPoints: ['src/client/index.ts'],
    outfile: join(OUT, name),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    ...options,
  });

/** Of each package that the bundle has something of. */
async function writeLicences({ metafile }) {
  const packages = Object.keys(metafile.inputs).flatMap(
    (path) => /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(path) ?? [],
  );
  const texts = [...new Set(packages)].sort().map(async (path) => {
    const { name, version } = JSON.parse(await readFile(join(ROOT, path, 'package.json'), 'utf8'));
    const file = (await readdir(join(ROOT, path))).find((found) => /^licen[cs]e/i.test(found));
    if (file === undefined) throw new Error(`${name} has no file with its licence`);
    return `${name} ${version}\n\n${(await readFile(join(ROOT, path, file), 'utf8')).trim()}\n`;
  });
  const own = `${NAME}\n\n${(await readFile(join(ROOT, 'LICENSE'), 'utf8')).trim()}\n`;
  await writeFile(join(OUT, LICENCES), [own, ...(await Promise.all(texts))].join(`\n${'-'.repeat(80)}\n\n`));
}

async function copyTypes(folder) {
  await cp(join(ROOT, 'dist', folder), join(OUT, 'types', folder), {
    recursive: true,
    filter: (path) => !/\.[a-z]+$/.test(path) || path.endsWith('.d.ts'),
  });
}

function manifest({ version, license, engines, dependencies, devDependencies }) {
  return {
    name: NAME,
    version,
    description: 'Client of Mandi Inventory Sync for browsers and Node.js: rooms, live searches, price series, writes.',
    license,
    type: 'module',
    sideEffects: false,
    exports: {
      '.': {
        types: './types/client/index.d.ts',
        browser: './mandi-inventory-client.min.js',
        default: './index.js',
      },
      './min': { types: './types/client/index.d.ts', default: './mandi-inventory-client.min.js' },
    },
    types: './types/client/index.d.ts',
    engines,
    dependencies: { [SOCKETS]: { ...devDependencies, ...dependencies }[SOCKETS] },
  };
}

const INTRO = [
  'For browsers and Node.js, with types. The commands below (`npm run …`, and `curl` with `$AUTH`) are of a server and are run in',
  'its folder; its README says how it is started.',
].join('\n');

/** The part of the README on the library, as a page of its own. */
async function readmeOf() {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [, text] = /^## Client library\n(.*?)^Code in the server's own process/ms.exec(readme);
  const intro = text.replace(/^.*?(?=```js)/s, `${INTRO}\n\n`);
  const page = [
    'Bundlers for browsers take `mandi-inventory-client.min.js`, which pages without one import, too:',
    "`import … from './mandi-inventory-client.min.js'`. It has Socket.IO in it, and is less than 20 kB compressed: WebSocket",
    'and long polling by `fetch`, without WebTransport and binary messages, which the server doesn’t send.',
    `Who passes it on passes on ${LICENCES}, too.\n`,
  ].join('\n');
  return `# ${NAME}\n\n${intro.replaceAll('mandi-inventory-sync/client', NAME).trim()}\n\n${page}`;
}

if (process.argv[1] === import.meta.filename && /^-/.test(process.argv[2] ?? '')) {
  process.stderr.write('Usage: npm run pack:client [-- FOLDER]\n  FOLDER  where the packed file goes (dist)\n');
  process.exitCode = process.argv[2] === '--help' ? 0 : 2;
} else if (process.argv[1] === import.meta.filename) {
  const folder = resolve(process.argv[2] ?? join(ROOT, 'dist'));
  process.chdir(ROOT);
  process.stdout.write(`${await packClient(folder)}\n`);
}
