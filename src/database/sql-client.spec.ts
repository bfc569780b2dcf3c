import { describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { DatabaseUrl } from './database-url.js';
import { ImpatientPool } from './impatient-pool.js';
import { PatientPool } from './patient-pool.js';
import { PipelinedReadPool } from './pipelined-read-pool.js';
import { SqlClient } from './sql-client.js';

const NO_DATABASE = new DatabaseUrl('postgres://nobody@127.0.0.1/none');
const OTHERS = [
  new PipelinedReadPool(NO_DATABASE),
  new ImpatientPool(NO_DATABASE),
  new PatientPool(NO_DATABASE),
] as const;

describe('SqlClient', () => {
  it('refuses at once when too many wait for a connection', async () => {
    let asked = 0;
    const pool = { waitingCount: 500, query: () => Promise.resolve({ rows: [(asked += 1)] }) };
    const sql = new SqlClient({ driver: { master: pool } } as unknown as DataSource, ...OTHERS);
    await expect(sql.query({ name: 'x', text: 'SELECT 1' })).rejects.toMatchObject({
      code: 'unavailable',
      status: 503,
    });
    expect(asked).toBe(0);
    pool.waitingCount = 499;
    await expect(sql.query({ name: 'x', text: 'SELECT 1' })).resolves.toEqual([1]);
  });

  it('has statements planned anew each time the tables have grown fourfold', async () => {
    const names = new Set<string>();
    const query = ({ name }: { name: string }) => Promise.resolve({ rows: [names.add(name)] });
    const sql = new SqlClient({ driver: { master: { waitingCount: 0, query } } } as unknown as DataSource, ...OTHERS);
    const namesAfter = async (rows: number): Promise<number> => {
      sql.rowsInserted(rows);
      await sql.query({ name: 'x', text: 'SELECT 1' });
      return names.size;
    };
    expect(await namesAfter(0)).toBe(1);
    expect(await namesAfter(63)).toBe(1);
    expect(await namesAfter(1)).toBe(2);
    expect(await namesAfter(191)).toBe(2);
    expect(await namesAfter(1)).toBe(3);
    expect(await namesAfter(1_000_000)).toBe(4);
    expect(await namesAfter(1_000)).toBe(4);
  });

  it('reads again what PostgreSQL gave up for the sake of another transaction', async () => {
    const patient = new PatientPool(NO_DATABASE);
    const answers = [Object.assign(new Error('deadlock detected'), { code: '40P01' }), [{ one: 1 }]];
    jest.spyOn(patient, 'query').mockImplementation(() => {
      const answer = answers.shift()!;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as never);
    });
    const sql = new SqlClient({} as DataSource, OTHERS[0], OTHERS[1], patient);
    await expect(sql.readPatiently({ name: 'x', text: 'SELECT 1 AS one' })).resolves.toEqual([{ one: 1 }]);
    expect(answers).toEqual([]);
  });
});
