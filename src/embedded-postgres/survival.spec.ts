import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { transformFile } from '@swc/core';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { type EmbeddedFixture, embeddedFixture } from '../../test/support/postgres-server.js';
import { type Child, startChild, waitFor } from '../../test/support/processes.js';
import { type EmbeddedPostgres } from './index.js';
import { type Postmaster, runningPostmaster } from './postmaster.js';
import { isAlive } from './process-table.js';
import { serverUser } from './system-user.js';

const SOURCES = resolve('src/embedded-postgres');

let fixture: EmbeddedFixture;

beforeAll(async () => {
  fixture = await embeddedFixture();
});
afterEach(() => fixture.stopAll());
afterAll(() => fixture.dispose());

describe('the embedded PostgreSQL, after something died,', () => {
  it('adopts the server that a killed application left running', async () => {
    const app = await startApplication();
    const before = await postmaster();
    await app.stop('SIGKILL');
    expect(isAlive(before.pid)).toBe(true);

    const server = await fixture.start();
    expect(server.adopted).toBe(true);
    expect((await postmaster()).pid).toBe(before.pid);
    await server.stop();
    expect(await runningPostmaster(fixture.cluster)).toBeUndefined();
  });

  it('runs in a session of its own, out of reach of a Ctrl-C', async () => {
    const app = await startApplication();
    const { pid } = await postmaster();
    const [ours, its] = await Promise.all([sessionOf(app.pid), sessionOf(pid)]);
    expect(its.group).not.toBe(ours.group);
    expect(its.session).not.toBe(ours.session);
    await app.stop('SIGKILL');
    await fixture.start();
  });

  it('restarts a server that hangs once its application is dead', async () => {
    const app = await startApplication();
    const before = await postmaster();
    await app.stop('SIGKILL');
    process.kill(before.pid, 'SIGSTOP');

    const server = await fixture.start();
    expect(server.adopted).toBe(false);
    expect((await postmaster()).pid).not.toBe(before.pid);
  }, 60_000);

  it('gets its lock back after PostgreSQL has ended all connections', async () => {
    const log: string[] = [];
    const server = await fixture.start((line) => log.push(line));
    await query(
      server,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ~ ' ${process.pid}$'`,
    );
    await waitFor(() => log.some((line) => line.endsWith('is back')), { what: 'the lock' });
    await expect(fixture.start()).rejects.toMatchObject({ code: 'data_dir_in_use' });
  });

  it.each([
    ['of a process that is gone', (text: string) => text.replace(/^\d+/, '999999999')],
    ['that names another process of its user', (text: string, other: number) => text.replace(/^\d+/, String(other))],
    ['that was never written to disk', () => ''],
  ])('starts over a stale postmaster.pid %s', async (_, stale) => {
    const first = await fixture.start();
    const pidFile = join(fixture.cluster, 'postmaster.pid');
    const text = await readFile(pidFile, 'utf8');
    await first.stop();
    const other = await startChild('sleep', ['60'], { ...(await serverUser(fixture.cluster)) });
    await writeFile(pidFile, stale(text, other.pid));

    const server = await fixture.start();
    expect(server.adopted).toBe(false);
    expect(await query(server, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }]);
    expect(other.hasExited()).toBe(false);
    await other.stop();
  });
});

async function query(server: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function postmaster(): Promise<Postmaster> {
  const found = await runningPostmaster(fixture.cluster);
  if (!found) throw new Error('PostgreSQL does not run');
  return found;
}

/** An application that starts the embedded PostgreSQL: a process of its own, so that it can be killed. */
async function startApplication(): Promise<Child> {
  const app = join(fixture.home, 'app');
  await mkdir(app, { recursive: true });
  await writeFile(join(app, 'package.json'), '{ "type": "module" }');
  await rm(join(app, 'node_modules'), { force: true });
  await symlink(resolve('node_modules'), join(app, 'node_modules'));
  for (const file of await readdir(SOURCES)) {
    if (file.endsWith('.spec.ts')) continue;
    const { code } = await transformFile(join(SOURCES, file), { module: { type: 'es6' } });
    await writeFile(join(app, file.replace(/\.ts$/, '.js')), code);
  }
  const script = `import { startEmbeddedPostgres } from './index.js';
    await startEmbeddedPostgres({ dataDir: process.argv[2] });
    console.log('ready');`;
  await writeFile(join(app, 'main.js'), script);
  const child = await startChild(process.execPath, [join(app, 'main.js'), fixture.dataDir]);
  await child.waitForLine(/^ready$/);
  return child;
}

async function sessionOf(pid: number): Promise<{ group: string; session: string }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // pid (name) state ppid pgrp session … : proc_pid_stat(5)
  const [, , group = '', session = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { group, session };
}
