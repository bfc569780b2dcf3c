import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testDatabase } from '../support/app.js';
import { startChild } from '../support/processes.js';
import type { TestDatabase } from '../support/test-database.js';

const MIB = 2 ** 20;
const WAYS = ['query', 'read', 'queryImpatiently', 'readPatiently', 'queryOneOfMany'];

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** In a process of its own, since this one has garbage of others. An export of 1,000,000 events: `bench long-log`. */
it('rows that have been read and forgotten are collected young: a process doesn’t grow by them', async () => {
  const script = ['--import', '@swc-node/register/esm-register', 'test/support/forgotten-rows.process.ts'];
  const child = await startChild(process.execPath, [...script, database.url]);
  expect(await child.exited).toBe(0);
  const grown = WAYS.map((way) => Number(new RegExp(`^${way} (\\d+)$`, 'm').exec(child.output())![1]));
  for (const bytes of grown) expect(bytes).toBeLessThan(15 * MIB);
}, 60_000);
