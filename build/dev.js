// npm run dev: runs the server from src/ and starts it again after each change, some 1 s later. Types are not checked:
// `npm run typecheck` and the editor do that. Variables such as PORT are passed on.
import { transformFile } from '@swc/core';
import { context } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { removeFormerParts, SHARED_OPTIONS } from './bundle.js';
import { buildConsole, CONSOLE_SOURCES } from './console.js';
import { moduleRewritesWhileDeveloping } from './module-rewrites.js';
import { ROOT } from './root.js';
import { say } from './say.js';

const OUT = 'dist/dev';
/** Milliseconds without another change before a restart: editors write a file in several steps. */
const QUIET = 50;

process.chdir(ROOT);

/** By path: what swc made of a module, and of which state of it. */
const compiled = new Map();

async function compile(path) {
  const { mtimeMs, size } = statSync(path);
  const known = compiled.get(path);
  if (known?.mtimeMs === mtimeMs && known.size === size) return known.code;
  const { code } = await transformFile(path, { cwd: ROOT });
  compiled.set(path, { mtimeMs, size, code });
  return code;
}

rmSync(OUT, { recursive: true, force: true });
const bundler = await context({
  ...SHARED_OPTIONS,
  entryPoints: ['src/main.ts'],
  outdir: OUT,
  plugins: [moduleRewritesWhileDeveloping(OUT, compile)],
});

let server;

async function startServer() {
  const started = spawn(process.execPath, ['--enable-source-maps', `${OUT}/main.js`], { stdio: 'inherit' });
  server = started;
  const [code, signal] = await once(started, 'exit');
  if (server !== started) return;
  server = undefined;
  if (ending) process.exit(code ?? 0);
  say(`The server has ended (${signal ?? `exit status ${code}`}); it starts again after the next change.`);
}

async function stopServer() {
  if (server === undefined) return;
  const stopped = server;
  server = undefined;
  const gone = once(stopped, 'exit');
  // Not in order: an embedded PostgreSQL runs on that way, and the next server adopts it, which saves half of the time.
  stopped.kill('SIGKILL');
  await gone;
}

/** @returns {Promise<boolean>} false if the sources don't compile: why is on standard error, and the server goes on */
async function rebuild() {
  try {
    result = await bundler.rebuild();
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with it is on standard error. */
async function rebuildConsole() {
  if (existsSync(CONSOLE_SOURCES)) await buildConsole().catch(() => undefined);
}

let result;
let changed = true;
let restarting = false;
let ending = false;

async function restart() {
  if (restarting) return;
  restarting = true;
  while (changed && !ending) {
    changed = false;
    if (!(await rebuild()) || changed || ending) continue;
    await stopServer();
    await removeFormerParts(OUT, result);
    if (!ending) void startServer();
  }
  restarting = false;
}

let timer;
watch('src', { recursive: true }, (_event, name) => {
  if (name?.endsWith('.spec.ts')) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    say(`${name} has changed…`);
    // The server reads it anew: it need not start again.
    if (name?.startsWith(join('console', 'web'))) return void rebuildConsole();
    changed = true;
    void restart();
  }, QUIET);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    ending = true;
    if (server === undefined) process.exit(0);
    // A terminal has sent it to the server already; npm and others have not.
    server.kill(signal);
  });
}

say('Runs the server from src/, and again after each change; Ctrl-C ends it.');
await rebuildConsole();
await restart();
