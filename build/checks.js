// node build/checks.js: all that has to hold before the tests run, as many of it at once as cores and memory allow.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, totalmem } from 'node:os';
import { ROOT } from './root.js';

/** Scripts of package.json, the longest first. */
const CHECKS = ['lint:code', 'typecheck', 'build', 'lint:format', 'lint:imports'];
/** Bytes that one of them may take. */
const MEMORY = 3e9;

const ON_WINDOWS = process.platform === 'win32';
const running = new Set();

/** @returns whether it holds; what it says comes in one piece */
async function holds(script) {
  // In a process group of its own, so that all of it can be ended: npm passes a signal on to a shell, which does not.
  const options = { shell: true, detached: !ON_WINDOWS, stdio: ['ignore', 'pipe', 'pipe'] };
  const check = spawn(`npm run -s ${script}`, options);
  running.add(check);
  const said = [];
  for (const stream of [check.stdout, check.stderr]) stream.on('data', (chunk) => said.push(chunk));
  const [code] = await once(check, 'close');
  running.delete(check);
  process.stderr.write(Buffer.concat(said));
  if (code !== 0) process.stderr.write(`npm run ${script} has failed\n`);
  return code === 0;
}

async function runWaiting(waiting) {
  for (let script = waiting.shift(); script; script = waiting.shift()) {
    if (!(await holds(script))) process.exitCode = 1;
  }
}

function end(check, signal) {
  try {
    if (ON_WINDOWS) check.kill();
    else process.kill(-check.pid, signal);
  } catch (error) {
    // It has just ended by itself.
    if (error.code !== 'ESRCH') throw error;
  }
}

process.chdir(ROOT);
const waiting = [...CHECKS];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    process.exitCode = 1;
    waiting.length = 0;
    for (const check of running) end(check, signal);
  });
}
// Without a limit, Node answers with more than there is, with 0 or with nothing.
const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
const atOnce = Math.min(availableParallelism(), Math.floor(memory / MEMORY) || 1);
await Promise.all(Array.from({ length: atOnce }, () => runWaiting(waiting)));
