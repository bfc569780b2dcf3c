import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedFixture, embeddedFixture } from '../../test/support/postgres-server.js';
import { waitFor } from '../../test/support/processes.js';
import { type EmbeddedPostgres } from './index.js';
import { runningPostmaster } from './postmaster.js';

let fixture: EmbeddedFixture;

beforeAll(async () => {
  fixture = await embeddedFixture();
});
afterEach(() => fixture.stopAll());
afterAll(() => fixture.dispose());

describe('the embedded PostgreSQL', () => {
  it('makes its cluster at the first start, and removes what a start that died half-way left', async () => {
    const leftover = `${fixture.cluster}.new-999999999-0badcafe`;
    await mkdir(leftover, { recursive: true });

    const server = await fixture.start();

    expect(server.adopted).toBe(false);
    expect(await readdir(fixture.dataDir)).toEqual(['postgres']);
    const [settings] = await query(
      server,
      `SELECT current_database() AS database, current_setting('server_encoding') AS encoding,
              current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
              current_setting('listen_addresses') AS listen, current_setting('unix_socket_directories') AS sockets,
              current_setting('password_encryption') AS password, current_setting('max_connections') AS connections,
              lower('ÄÉ') AS lower`,
    );
    expect(settings).toEqual({
      database: 'mandi',
      encoding: 'UTF8',
      fsync: 'on',
      commit: 'on',
      listen: '127.0.0.1',
      sockets: '',
      password: 'scram-sha-256',
      connections: '60',
      lower: 'äé',
    });
  });

  it('asks for the password', async () => {
    const { url } = await fixture.start();
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(new pg.Client({ connectionString: wrong.href }).connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps its data over a restart', async () => {
    const first = await fixture.start();
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(await runningPostmaster(fixture.cluster)).toBeUndefined();

    const second = await fixture.start();
    expect(second.adopted).toBe(false);
    expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('is stopped by force when it may not take longer, and has its data all the same', async () => {
    const first = await fixture.start();
    await query(first, 'CREATE TABLE forced AS SELECT 42 AS answer');
    // PostgreSQL waits until a standby has everything; this one never says so.
    const standby = new pg.Client({ connectionString: first.url, replication: 'true' } as pg.ClientConfig);
    standby.on('error', () => undefined);
    await standby.connect();
    const { rows } = await standby.query<{ xlogpos: string }>('IDENTIFY_SYSTEM');
    standby.query(`START_REPLICATION PHYSICAL ${rows[0]!.xlogpos}`).catch(() => undefined);
    await waitFor(async () => (await query(first, 'SELECT FROM pg_stat_replication')).length === 1, {
      what: 'the standby',
    });
    const began = performance.now();
    await first.stop(1_000);
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(await runningPostmaster(fixture.cluster)).toBeUndefined();
    await standby.end().catch(() => undefined);

    const second = await fixture.start();
    expect(await query(second, 'SELECT answer FROM forced')).toEqual([{ answer: 42 }]);
  });

  it('refuses a second start while the first lives, and leaves the first alone', async () => {
    const first = await fixture.start();
    await expect(fixture.start()).rejects.toMatchObject({
      code: 'data_dir_in_use',
      message: `DATA_DIR ${fixture.dataDir} is in use by another server (pid ${process.pid})`,
    });
    expect(await query(first, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }]);
  });

  it('lets exactly one of two simultaneous first starts win', async () => {
    const fresh = join(fixture.home, 'fresh');
    const results = await Promise.allSettled([1, 2].map(() => fixture.start(undefined, fresh)));
    const winners = results.filter((result) => result.status === 'fulfilled');

    expect(winners).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'data_dir_in_use' } });
    expect(await query(winners[0]!.value, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }]);
    expect(await readdir(fresh)).toEqual(['postgres']);
  });

  it('refuses a cluster of another major version', async () => {
    const version = join(fixture.cluster, 'PG_VERSION');
    const real = await readFile(version, 'utf8');
    await writeFile(version, '9.6\n');
    try {
      await expect(fixture.start()).rejects.toMatchObject({
        code: 'cluster_version_differs',
        message: /PostgreSQL 9\.6, but/,
      });
    } finally {
      await writeFile(version, real);
    }
  });

  it('refuses to make a cluster over something else', async () => {
    const other = join(fixture.home, 'other');
    await mkdir(join(other, 'postgres', 'holiday photos'), { recursive: true });
    await expect(fixture.start(undefined, other)).rejects.toMatchObject({ code: 'data_dir_unusable' });
    expect(await readdir(other)).toEqual(['postgres']);
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
