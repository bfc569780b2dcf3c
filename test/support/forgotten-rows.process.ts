import 'reflect-metadata';
import { getHeapSpaceStatistics } from 'node:v8';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { PipelinedReadPool, SqlClient } from '../../src/database/index.js';
import { DatabaseUrl } from '../../src/database/database-url.js';
import { ImpatientPool } from '../../src/database/impatient-pool.js';
import { PatientPool } from '../../src/database/patient-pool.js';

const QUERIES = 1_000;
/** 52 kB. */
const ROWS = {
  name: 'rows-that-are-forgotten',
  text: `SELECT i, repeat(md5($1::int || '.' || i), 40) AS text FROM generate_series(1, 40) AS i`,
};

const oldSpace = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')!.space_used_size;

/** Reads 50 MiB of rows one after the other, each way, and says by how many bytes of them V8's old space grew. */
const url = process.argv[2]!;
const pool = new pg.Pool({ connectionString: url });
const dataSource = { driver: { master: pool } } as unknown as DataSource;
const databaseUrl = new DatabaseUrl(url);
const [reads, impatient, patient] = [
  new PipelinedReadPool(databaseUrl),
  new ImpatientPool(databaseUrl),
  new PatientPool(databaseUrl),
];
const sql = new SqlClient(dataSource, reads, impatient, patient);
for (const way of ['query', 'read', 'queryImpatiently', 'readPatiently', 'queryOneOfMany'] as const) {
  let [grown, last] = [0, oldSpace()];
  for (let number = 0; number < QUERIES; number += 1) {
    const rows = await sql[way]<{ text: string }>(ROWS, [number]);
    if (rows.length !== 40) throw new Error(`${rows.length} rows`);
    const now = oldSpace();
    grown += Math.max(0, now - last);
    last = now;
  }
  process.stdout.write(`${way} ${grown}\n`);
}
await pool.end();
process.exit();
