import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { afterCommit, currentTransaction, savepoint, SqlClient } from '../../src/database/index.js';
import { startApp, type TestApp } from '../support/app.js';

describe('a transaction in the asynchronous context', () => {
  let app: TestApp;
  let sql: SqlClient;

  beforeAll(async () => {
    app = await startApp();
    sql = app.app.get(SqlClient);
    await sql.query({ name: 'make-t', text: 'CREATE TABLE t (n integer PRIMARY KEY)' });
  });
  afterAll(() => app.close());

  const add = (n: number) => sql.query({ name: 'add', text: 'INSERT INTO t VALUES ($1)' }, [n]);
  const all = async () =>
    (await sql.query<{ n: number }>({ name: 'all', text: 'SELECT n FROM t ORDER BY n' })).map(({ n }) => n);

  it('commits everything or nothing, and what was asked for side by side', async () => {
    await expect(sql.transaction(() => Promise.all([add(1), add(2), add(1)]))).rejects.toMatchObject({ code: '23505' });
    expect(await all()).toEqual([]);
    await sql.transaction(() => Promise.all([add(1), add(2)]));
    expect(await all()).toEqual([1, 2]);
  });

  it('is alone in seeing what it does, and runs afterCommit when all see it, or never', async () => {
    const seen: number[][] = [];
    await sql.transaction(async () => {
      await add(3);
      await afterCommit(async () => void seen.push(await all()));
      expect(await all()).toEqual([1, 2, 3]);
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual([[1, 2, 3]]);
    const failing = sql.transaction(async () => {
      await afterCommit(async () => void seen.push(await all()));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(seen).toHaveLength(1);
  });

  it('runs all that follows a commit at once: what several wait for is waited for once', async () => {
    const began: number[] = [];
    await sql.transaction(async () => {
      let second!: () => void;
      const secondBegan = new Promise<void>((resolve) => (second = resolve));
      await afterCommit(async () => {
        began.push(1);
        await secondBegan;
      });
      await afterCommit(() => {
        began.push(2);
        return Promise.resolve(second());
      });
    });
    expect(began).toEqual([1, 2]);
  });

  it('leaves its context inert after a commit, and refuses after a rollback', async () => {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let straggler: Promise<unknown> | undefined;
    await sql.transaction(async () => {
      straggler = ended
        .then(() => [currentTransaction(), all()] as const)
        .then(async ([one, rows]) => [one, await rows]);
      await add(4);
    });
    let refused: Promise<unknown> | undefined;
    const failing = sql.transaction(() => {
      refused = expect(ended.then(() => add(5))).rejects.toThrow('The transaction has ended');
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    end();
    await expect(straggler).resolves.toEqual([undefined, [1, 2, 3, 4]]);
    await refused;
  });

  it('stays usable after a savepoint has failed, and says so when it can not commit', async () => {
    await sql.transaction(async () => {
      await expect(savepoint(() => add(1))).rejects.toMatchObject({ code: '23505' });
      await add(6);
    });
    const swallowed = sql.transaction(async () => {
      await add(7);
      await add(1).catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('could not be committed');
    expect(await all()).toEqual([1, 2, 3, 4, 6]);
  });

  it('runs the whole work again after a deadlock', async () => {
    let runs = 0;
    const both: (() => void)[] = [];
    const meet = () =>
      new Promise<void>((resolve) => (both.push(resolve) === 2 ? both.forEach((go) => go()) : undefined));
    const update = (n: number, by: number) =>
      sql.query({ name: 'bump', text: 'UPDATE t SET n = n + $2 WHERE n = $1' }, [n, by]);
    const crossing = (first: number, second: number) =>
      sql.transaction(async () => {
        runs += 1;
        await update(first, 0);
        if (runs <= 2) await meet();
        await update(second, 0);
      });
    await Promise.all([crossing(1, 2), crossing(2, 1)]);
    // More than once, if it is faster than who waits for its rows.
    expect(runs).toBeGreaterThan(2);
  });
});
