// One build at a time: `npm start` and `npm run demo` in two terminals would write the same files at once.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './say.js';

const LOCK = 'dist/.lock';
/** Milliseconds between two looks at a lock that another process has. */
const POLL = 100;

/**
 * Runs `work` while no other process builds. The lock of a process that has ended is void.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withBuildLock(work) {
  mkdirSync('dist', { recursive: true });
  let waiting = false;
  while (!take()) {
    const owner = ownerOfLock();
    if (owner !== undefined && !isAlive(owner)) {
      rmSync(LOCK, { force: true });
      continue;
    }
    if (!waiting && owner !== undefined) say(`Process ${owner} is compiling already: waiting for it.`);
    waiting ||= owner !== undefined;
    await sleep(POLL);
  }
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function take() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @returns {number | undefined} absent if the lock has just gone, or its owner has not written its number yet */
function ownerOfLock() {
  try {
    return Number(readFileSync(LOCK, 'utf8')) || undefined;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is alive, and another user's.
    return error.code === 'EPERM';
  }
}
