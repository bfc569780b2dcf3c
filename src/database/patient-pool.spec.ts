import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../../test/support/app.js';
import type { TestDatabase } from '../../test/support/test-database.js';
import { DatabaseUrl } from './database-url.js';
import { PatientPool } from './patient-pool.js';

describe('PatientPool', () => {
  let database: TestDatabase;
  let pool: PatientPool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = new PatientPool(new DatabaseUrl(database.url));
  });
  afterAll(async () => {
    await pool.onApplicationShutdown();
    await database.drop();
  });

  const STATE = `SELECT pg_backend_pid() AS pid, current_setting('plan_cache_mode') AS mode,
                        (SELECT count(*)::int FROM pg_prepared_statements) AS plans`;
  const ask = async (name: string): Promise<{ pid: number; plans: number; mode: string }> => {
    const [row] = await pool.query<{ pid: number; plans: number; mode: string }>({ name, text: STATE });
    return row!;
  };

  it('plans a statement for all values, and keeps the plans of 64 on a connection', async () => {
    const pids = new Set<number>();
    let most = 0;
    for (let number = 0; number < 150; number += 1) {
      const { pid, plans, mode } = await ask(`form-${number}`);
      expect(mode).toBe('force_generic_plan');
      pids.add(pid);
      most = Math.max(most, plans);
    }
    expect(pids.size).toBe(3);
    expect(most).toBe(64);
    const { pid, plans } = await ask('form-149');
    expect(await ask('form-149')).toMatchObject({ pid, plans });
  });

  it('asks on another connection once one was refused', async () => {
    const { pid } = await ask('before');
    await expect(pool.query({ text: 'SELECT none' })).rejects.toMatchObject({ code: '42703' });
    expect((await ask('after')).pid).not.toBe(pid);
  });
});
