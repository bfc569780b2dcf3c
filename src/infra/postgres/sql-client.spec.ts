import { describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { SqlClient } from './sql-client.js';

describe('SqlClient', () => {
  it('refuses at once when too many wait for a connection', async () => {
    let asked = 0;
    const pool = { waitingCount: 500, query: () => Promise.resolve({ rows: [(asked += 1)] }) };
    const sql = new SqlClient({ driver: { master: pool } } as unknown as DataSource);
    await expect(sql.query({ name: 'x', text: 'SELECT 1' })).rejects.toMatchObject({
      code: 'unavailable',
      status: 503,
    });
    expect(asked).toBe(0);
    pool.waitingCount = 499;
    await expect(sql.query({ name: 'x', text: 'SELECT 1' })).resolves.toEqual([1]);
  });
});
