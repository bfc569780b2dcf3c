// Compiles src/ into dist/: `nest build`, which leaves unchanged what the last one made of the same sources.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './fingerprint.js';

/** What else lies in dist/: made by others, each of which keeps its own in order. */
const OF_OTHERS = /^dist.((bundle|commands|dev|web|client-package)([\\/]|$)|[\w.-]+\.tgz$|\.lock$|\.\w+\.json$)/;
const NEST = 'node_modules/@nestjs/cli/bin/nest.js';

/** What a build has compiled, and the compiler's record of it. */
export const compiledFiles = () => filesBelow('dist', (path) => !OF_OTHERS.test(path));

/**
 * @param {boolean} fromScratch unless what lies in dist/ is exactly what the last build left: the compiler believes its
 *   record, and makes nothing again that the record has
 * @throws if the sources have errors, which are on standard error then
 */
export async function compile(fromScratch) {
  if (fromScratch) removeCompiled();
  // Standard output belongs to the command that is about to run.
  const nest = spawn(process.execPath, [NEST, 'build'], { stdio: ['ignore', process.stderr, 'inherit'] });
  const [code] = await once(nest, 'exit');
  if (code !== 0) throw new Error('`nest build` has failed');
  removeOrphans();
}

function removeCompiled() {
  for (const name of readdirSync('dist')) {
    if (!OF_OTHERS.test(join('dist', name))) rmSync(join('dist', name), { recursive: true });
  }
}

/** What has been made of a source that is gone: the compiler leaves it, and an import of it would still work. */
function removeOrphans() {
  for (const file of compiledFiles()) {
    const source = join('src', file.slice('dist/'.length).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts'));
    if (file !== join('dist', '.tsbuildinfo') && !existsSync(source)) rmSync(file);
  }
}
