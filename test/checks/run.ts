/**
 * Runs every program of a folder against fresh, empty servers: `node FILE URL ADMIN_TOKEN` has to end with status 0.
 *
 *   node --import @swc-node/register/esm-register test/checks/run.ts FOLDER [SUMMARY]
 *
 * SUMMARY gets `{"passed": n, "failed": n}` after each run, so that one which is cut short still counts.
 */
import 'reflect-metadata';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { signAccessToken } from '../../src/auth/index.js';
import { serverUser } from '../../src/embedded-postgres/system-user.js';
import { startTestPostgres, temporaryDirectory } from '../support/postgres-server.js';
import { startChild, waitFor } from '../support/processes.js';
import { ensureBuilt, startProduct, urlOf } from '../support/product-process.js';
import { findRedis, startRedis } from '../support/redis-server.js';
import { createTestDatabase } from '../support/test-database.js';
import { JWT_SECRET } from '../support/tokens.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What goes wrong where things overlap in time goes wrong rarely. */
const ROUNDS = 3;
/** Milliseconds, on a busy machine. */
const CHECK_TIMEOUT = 300_000;
const ENV = { DEMO: 'false', JWT_SECRET };

/** Keeps what undoes a start; the last of them is done first. */
type Later = (undo: () => Promise<unknown>) => void;
/** Starts a server, and returns its address. */
type Start = (later: Later, round: number) => Promise<string>;

const embedded: Start = async (later) => {
  const home = await temporaryDirectory(await serverUser());
  later(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const product = await startProduct({ ...ENV, DATA_DIR: join(home, 'data') });
  later(() => product.stop());
  return urlOf(product);
};

/** By turns the address of the one that leads and of the one that doesn't. */
const twoInstances: Start = async (later, round) => {
  const database = await createTestDatabase();
  later(() => database.drop());
  const redis = await startRedis();
  later(() => redis.stop());
  const urls: string[] = [];
  while (urls.length < 2) {
    const { host: REDIS_HOST, port } = redis;
    const product = await startProduct({ ...ENV, DATABASE_URL: database.url, REDIS_HOST, REDIS_PORT: String(port) });
    later(() => product.stop());
    urls.push(await urlOf(product));
  }
  return urls[round % urls.length]!;
};

/** @throws Error with all that the program wrote, if it doesn't end with status 0 in time */
async function check(file: string, url: string): Promise<void> {
  const child = await startChild(process.execPath, [
    file,
    url,
    await signAccessToken({ role: 'admin' }, JWT_SECRET, '1h'),
  ]);
  let end: string;
  try {
    await waitFor(() => child.hasExited(), { timeoutMs: CHECK_TIMEOUT, everyMs: 100, what: 'its end' });
    await child.stop();
    end = `status ${await child.exited}`;
  } catch (error) {
    await child.stop('SIGKILL');
    end = String(error);
  }
  if (end !== 'status 0') throw new Error(`${end}\n${child.output()}`);
}

async function isRight(file: string, start: Start, round: number): Promise<boolean> {
  const undos: (() => Promise<unknown>)[] = [];
  let right = true;
  const report = (error: unknown): void => {
    say(error instanceof Error ? error.message : String(error));
    right = false;
  };
  await start((undo) => undos.unshift(undo), round)
    .then((url) => check(file, url))
    .catch(report);
  for (const undo of undos) await undo().catch(report);
  return right;
}

const [folder, summary] = process.argv.slice(2);
if (!folder) throw new Error('usage: run.ts FOLDER [SUMMARY]');
// The children of startChild don't keep this process from ending.
const alive = setInterval(() => undefined, 60_000);
await ensureBuilt();
process.env.TEST_REDIS_COMMAND = await findRedis();
const postgres = await startTestPostgres();
process.env.TEST_POSTGRES_URL = postgres.url;

const files = (await readdir(folder)).filter((name) => name.endsWith('.mjs')).sort();
const counts = { passed: 0, failed: 0 };
try {
  for (const file of files) {
    for (const [place, start] of Object.entries({ embedded, 'two instances': twoInstances })) {
      for (let round = 0; round < ROUNDS; round++) {
        const right = await isRight(resolve(folder, file), start, round);
        counts[right ? 'passed' : 'failed'] += 1;
        say(`${right ? 'PASS' : 'FAIL'} ${file}, ${place}, run ${round + 1} of ${ROUNDS}`);
        if (summary) await writeFile(summary, JSON.stringify(counts));
      }
    }
  }
} finally {
  await postgres.stop();
  clearInterval(alive);
}
// A connection that is still open must not keep CI waiting.
process.exit(counts.failed === 0 ? 0 : 1);
