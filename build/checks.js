// node build/checks.js: all that has to hold before the tests run, as many of it at once as there are cores.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { ROOT } from './root.js';

/** Scripts of package.json, the longest first. */
const CHECKS = ['lint:code', 'typecheck', 'build', 'lint:format', 'lint:imports'];

/** @returns whether it holds; what it says comes in one piece */
async function holds(script) {
  const check = spawn(`npm run -s ${script}`, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  for (const stream of [check.stdout, check.stderr]) stream.on('data', (chunk) => said.push(chunk));
  const [code] = await once(check, 'close');
  process.stderr.write(Buffer.concat(said));
  if (code !== 0) process.stderr.write(`npm run ${script} has failed\n`);
  return code === 0;
}

async function runWaiting(waiting) {
  for (let script = waiting.shift(); script; script = waiting.shift()) {
    if (!(await holds(script))) process.exitCode = 1;
  }
}

process.chdir(ROOT);
const waiting = [...CHECKS];
await Promise.all(Array.from({ length: availableParallelism() }, () => runWaiting(waiting)));
