import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestLog, type TestLog } from '../support/event-log.js';

/** Values as PostgreSQL sends them. */
describe('SqlClient.copy', () => {
  let log: TestLog;

  beforeAll(async () => {
    log = await startTestLog();
  });
  afterAll(() => log.close());

  /** All rows of a query with so many columns, as text. */
  async function copied(sql: string, columns: number): Promise<(string | null)[][]> {
    const rows = await log.sql.copy(sql);
    const texts: (string | null)[][] = [];
    while (rows.nextRow()) {
      const fields = Array.from({ length: columns }, () => (rows.nextField() ? rows.text() : null));
      texts.push(fields);
    }
    return texts;
  }

  it('gives text in UTF-8, however long', async () => {
    expect(await copied(`SELECT 'आलू "potato" 🥔 \\ ' || chr(10) || chr(9), ''`, 2)).toEqual([
      ['आलू "potato" 🥔 \\ \n\t', ''],
    ]);
    expect(await copied(`SELECT repeat('दाल, ', 500000)`, 1)).toEqual([['दाल, '.repeat(500_000)]]);
  });

  it('gives every row and field in order, or none', async () => {
    const many = await copied(`SELECT i::text, (-i)::text FROM generate_series(1, 2000) AS i`, 2);
    expect(many).toEqual(Array.from({ length: 2_000 }, (_, i) => [`${i + 1}`, `${-i - 1}`]));
    expect(await copied('SELECT 1 WHERE false', 1)).toEqual([]);
  });

  it('tells nulls from empty text', async () => {
    expect(await copied(`SELECT NULL::text, '', NULL::json, 'known'`, 4)).toEqual([[null, '', null, 'known']]);
  });

  it('throws what PostgreSQL says, before the first byte or after it', async () => {
    await expect(log.sql.copy('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
    const rows = `SELECT repeat('x', 100000) || 1 / (10 - i) FROM generate_series(1, 20) AS i`;
    await expect(log.sql.copy(rows)).rejects.toMatchObject({ code: '22012' });
    expect(await copied(`SELECT 'still there'`, 1)).toEqual([['still there']]);
  });

  it('gives up on a PostgreSQL that does not answer', async () => {
    await expect(log.sql.copy(`SELECT 'late' FROM pg_sleep(20)`)).rejects.toThrow('8000 ms');
    expect(await copied(`SELECT 'still there'`, 1)).toEqual([['still there']]);
    await log.client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%pg_sleep%'`);
  }, 15_000);
});
