// node build/ensure-built.js [--commands | --bundle]: sees to it that dist/ is what src/ says, dist/commands too if asked
// for, or all there is: these, dist/bundle and the console's dist/web. Says nothing and changes nothing when it is already;
// how that is decided stands in stage.js.
import './check-node.js';
import { withBuildLock } from './build-lock.js';
import { COMMANDS, commandNames } from './commands.js';
import { compile, compiledFiles } from './compile.js';
import { consoleFiles, filesBelow, sourceFiles } from './fingerprint.js';
import { ROOT } from './root.js';
import { say } from './say.js';
import { Stage } from './stage.js';

/** How often the build begins again because sources changed under it, before it gives up. */
const ATTEMPTS = 5;

const compiled = new Stage({ name: 'compiled', inputs: sourceFiles, outputs: compiledFiles, make: compile });

// The stamp of what was compiled, not the sources: they may have changed since.
const inputsOfBundles = () => [compiled.stampFile, 'node_modules/.package-lock.json', ...filesBelow('build')];

// Loaded when needed: esbuild takes longer to load than all else that a run without work does.
const bundled = new Stage({
  name: 'bundled',
  inputs: inputsOfBundles,
  outputs: () => filesBelow('dist/bundle'),
  make: async () => (await import('./bundle.js')).bundle(),
});

const commands = new Stage({
  name: 'commands',
  inputs: inputsOfBundles,
  outputs: () => filesBelow(COMMANDS),
  make: async () => (await import('./bundle.js')).bundleCommands(),
});

const webPages = new Stage({
  name: 'web',
  inputs: () => ['node_modules/.package-lock.json', ...filesBelow('build'), ...consoleFiles()],
  outputs: () => filesBelow('dist/web'),
  make: async () => (await import('./console.js')).buildConsole(),
});

/** @param {Stage[]} wanted each made of the one before, or of sources alone */
async function ensureBuilt(wanted) {
  const isCurrent = () => wanted.every((stage) => stage.isCurrent());
  if (isCurrent()) return;
  await withBuildLock(async () => {
    // Another process may have built meanwhile.
    if (isCurrent()) return;
    say('Compiling what has changed since the last build (some 10 s)…');
    for (let attempt = 1; !(await runAll(wanted)); attempt++) {
      if (attempt === ATTEMPTS) throw new Error('the sources change faster than they are compiled');
    }
  });
}

async function runAll(wanted) {
  for (const stage of wanted) if (!stage.isCurrent() && !(await stage.run())) return false;
  return true;
}

/** What was asked for, and is there to be made. */
function stages() {
  const called = commandNames().length > 0 ? [commands] : [];
  if (process.argv.includes('--commands')) return [compiled, ...called];
  if (!process.argv.includes('--bundle')) return [compiled];
  return [compiled, bundled, ...called, ...(consoleFiles().length > 0 ? [webPages] : [])];
}

process.chdir(ROOT);
try {
  await ensureBuilt(stages());
} catch (error) {
  say(`build: ${error.message}`);
  process.exitCode = 1;
}
