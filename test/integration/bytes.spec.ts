import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { utf8Text } from '../../src/infra/index.js';
import { startTestLog, type TestLog } from '../support/event-log.js';

/** Values as PostgreSQL sends them. */
describe('SqlClient.bytes', () => {
  let log: TestLog;

  beforeAll(async () => {
    log = await startTestLog();
  });
  afterAll(() => log.close());

  const text = async (sql: string): Promise<string> => utf8Text((await log.sql.bytes(sql))!);

  it('gives text in UTF-8, however long', async () => {
    expect(await text(`SELECT 'आलू "potato" 🥔 \\ ' || chr(10) || chr(9)`)).toBe('आलू "potato" 🥔 \\ \n\t');
    expect(await text(`SELECT ''`)).toBe('');
    expect(await text(`SELECT repeat('दाल, ', 500000)`)).toBe('दाल, '.repeat(500_000));
  });

  it('tells null from empty', async () => {
    expect(await log.sql.bytes('SELECT NULL::text')).toBeNull();
  });

  it('throws what PostgreSQL says, before the first byte or after it', async () => {
    await expect(log.sql.bytes('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
    const rows = `SELECT repeat('x', 100000) || 1 / (10 - i) FROM generate_series(1, 20) AS i`;
    await expect(log.sql.bytes(rows)).rejects.toMatchObject({ code: '22012' });
    expect(await text(`SELECT 'still there'`)).toBe('still there');
  });

  it('gives up on a PostgreSQL that does not answer', async () => {
    await expect(log.sql.bytes(`SELECT 'late' FROM pg_sleep(20)`)).rejects.toThrow('8000 ms');
    expect(await text(`SELECT 'still there'`)).toBe('still there');
    await log.client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%pg_sleep%'`);
  }, 15_000);
});
