import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DatabaseUrl, PipelinedReadPool, isDatabaseUnavailable } from '../../src/database/index.js';
import { testDatabase } from '../support/app.js';
import { TcpProxy } from '../support/cluster/tcp-proxy.js';
import { waitFor } from '../support/processes.js';
import type { TestDatabase } from '../support/test-database.js';

const ECHO = { name: 'echo', text: 'SELECT $1::integer AS value' };
const SESSIONS = `SELECT pid FROM pg_stat_activity
                  WHERE datname = current_database() AND application_name = 'mandi-inventory-sync reads'`;

describe('pipelines of reads', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let admin: pg.Client;
  let reads: PipelinedReadPool;

  beforeEach(async () => {
    database = await testDatabase();
    const url = new URL(database.url);
    const port = Number(url.port);
    proxy = await TcpProxy.open(() => port);
    url.port = String(proxy.port);
    reads = new PipelinedReadPool(new DatabaseUrl(url.href));
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
  });
  afterEach(async () => {
    await proxy.restore();
    await reads.onApplicationShutdown();
    await proxy.close();
    await admin.end();
    await database.drop();
  });

  const echo = async (value: number): Promise<number> =>
    (await reads.query<{ value: number }>({ ...ECHO, values: [value] }))[0]!.value;
  const sleeping = (seconds: number) => reads.query({ text: `SELECT pg_sleep(${seconds})` });
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => null,
      (error: unknown) => error,
    );

  it('give each its answer, over as few connections as there are processors', async () => {
    const values = Array.from({ length: 400 }, (_none, index) => index);
    expect(await Promise.all(values.map(echo))).toEqual(values);
    const { rows } = await admin.query(SESSIONS);
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(rows.length).toBeLessThanOrEqual(12);
  });

  it('use one connection while there is one question at a time', async () => {
    for (let value = 0; value < 20; value += 1) await echo(value);
    expect((await admin.query(SESSIONS)).rows).toHaveLength(1);
  });

  it('plan a statement once for all values', async () => {
    expect(await reads.query({ text: 'SHOW plan_cache_mode' })).toEqual([{ plan_cache_mode: 'force_generic_plan' }]);
  });

  it('let a statement that PostgreSQL refuses fail alone', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_none, index) =>
        index % 4 === 3 ? reads.query({ text: 'SELECT 1 / 0' }) : echo(index),
      ),
    );
    for (const [index, outcome] of outcomes.entries()) {
      if (index % 4 === 3) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
      else expect(outcome).toEqual({ status: 'fulfilled', value: index });
    }
  });

  it('fail as unavailable when their connections are cut, and go on with others', async () => {
    const underWay = Array.from({ length: 20 }, () => failure(sleeping(5)));
    await waitFor(async () => (await admin.query(SESSIONS)).rows.length > 1, { what: 'the sessions' });
    await admin.query(`SELECT pg_terminate_backend(pid) FROM (${SESSIONS}) sessions`);
    for (const error of await Promise.all(underWay)) expect(isDatabaseUnavailable(error)).toBe(true);
    expect(await echo(1)).toBe(1);
  });

  it('fail as unavailable while PostgreSQL can not be reached, also where nothing answers, and heal', async () => {
    await echo(0);
    await proxy.refuse();
    for (let time = 0; time < 3; time += 1) expect(isDatabaseUnavailable(await failure(echo(1)))).toBe(true);
    await proxy.restore();
    expect(await echo(2)).toBe(2);
    await proxy.refuse();
    await proxy.restore();
    proxy.stall();
    const began = Date.now();
    const errors = await Promise.all([1, 2, 3].map((value) => failure(echo(value))));
    expect(errors.map(isDatabaseUnavailable)).toEqual([true, true, true]);
    expect(Date.now() - began).toBeLessThan(5_000);
    await proxy.restore();
    expect(await echo(4)).toBe(4);
  });

  it('give up a connection that does not answer, with all that waits behind, and go on with another', async () => {
    const late = failure(reads.query(Object.assign({ text: 'SELECT pg_sleep(5)' }, { query_timeout: 300 })));
    const other = failure(sleeping(5));
    const behind = Array.from({ length: 10 }, () => failure(echo(1)));
    expect(isDatabaseUnavailable(await late)).toBe(true);
    expect(await echo(2)).toBe(2);
    await admin.query(`SELECT pg_terminate_backend(pid) FROM (${SESSIONS}) sessions`);
    await Promise.all([other, ...behind]);
  });

  it('let a statement that takes too long fail alone', async () => {
    const long = [sleeping(30), sleeping(30)].map(failure);
    const behind = Array.from({ length: 20 }, (_none, index) => echo(index));
    for (const error of await Promise.all(long)) expect(error).toMatchObject({ code: '57014' });
    expect(await Promise.all(behind)).toHaveLength(20);
  });

  it('refuse at once what would pile up', async () => {
    const underWay = Array.from({ length: 500 }, () => sleeping(0.002));
    await expect(echo(1)).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    await Promise.all(underWay);
    expect(await echo(1)).toBe(1);
  });
});
