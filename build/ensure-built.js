// node build/ensure-built.js [--bundle]: sees to it that dist/ is what src/ says, dist/bundle and the
// console's dist/web too if asked for. Says
// nothing and changes nothing when it is already; how that is decided stands in stage.js.
import './check-node.js';
import { withBuildLock } from './build-lock.js';
import { compile, compiledFiles } from './compile.js';
import { consoleFiles, filesBelow, sourceFiles } from './fingerprint.js';
import { ROOT } from './root.js';
import { say } from './say.js';
import { Stage } from './stage.js';

/** How often the build begins again because sources changed under it, before it gives up. */
const ATTEMPTS = 5;

const compiled = new Stage({ name: 'compiled', inputs: sourceFiles, outputs: compiledFiles, make: compile });
const bundled = new Stage({
  name: 'bundled',
  // The stamp of what was compiled, not the sources: they may have changed since.
  inputs: () => [compiled.stampFile, 'node_modules/.package-lock.json', ...filesBelow('build')],
  outputs: () => filesBelow('dist/bundle'),
  // Loaded here: esbuild takes longer to load than all else that a run without work does.
  make: async () => (await import('./bundle.js')).bundle(),
});

const webPages = new Stage({
  name: 'web',
  inputs: () => ['node_modules/.package-lock.json', ...filesBelow('build'), ...consoleFiles()],
  outputs: () => filesBelow('dist/web'),
  make: async () => (await import('./console.js')).buildConsole(),
});

/** @param {Stage[]} stages each made of the one before, or of sources alone */
async function ensureBuilt(stages) {
  const isCurrent = () => stages.every((stage) => stage.isCurrent());
  if (isCurrent()) return;
  await withBuildLock(async () => {
    // Another process may have built meanwhile.
    if (isCurrent()) return;
    say('Compiling what has changed since the last build (some 10 s)…');
    for (let attempt = 1; !(await runAll(stages)); attempt++) {
      if (attempt === ATTEMPTS) throw new Error('the sources change faster than they are compiled');
    }
  });
}

async function runAll(stages) {
  for (const stage of stages) if (!stage.isCurrent() && !(await stage.run())) return false;
  return true;
}

process.chdir(ROOT);
try {
  const served = consoleFiles().length > 0 ? [bundled, webPages] : [bundled];
  await ensureBuilt(process.argv.includes('--bundle') ? [compiled, ...served] : [compiled]);
} catch (error) {
  say(`build: ${error.message}`);
  process.exitCode = 1;
}
