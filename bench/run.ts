import 'reflect-metadata';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { loadCatalogue } from './hit-ratio/catalogue.js';
import { measure } from './hit-ratio/hit-ratio.js';
import { measureRealtime } from './realtime/realtime.js';

const USAGE = `Usage: npm run bench -- [NAME …] [--data FILE]
  NAME    hit-ratio, realtime (default: all)
  --data  an Agmarknet price file; without one a day of prices is generated`;

type Bench = (data: string | undefined) => Promise<Record<string, unknown>[]>;

const BENCHES: Record<string, Bench> = {
  'hit-ratio': async (data) => {
    const catalogue = await loadCatalogue(data);
    const rows = [];
    for (const rate of [0, 10, 100]) rows.push(...(await measure(catalogue, rate)));
    return rows.map((row) => ({ ...row, hitRatio: Number(row.hitRatio.toFixed(4)) }));
  },
  realtime: measureRealtime,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { data: { type: 'string' } } });
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
for (const name of names) {
  const bench = BENCHES[name];
  if (!bench) {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
  const rows = await bench(values.data);
  console.log(name);
  console.table(rows);
  await mkdir('bench/results', { recursive: true });
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const result = { name, date: new Date().toISOString(), machine, rows };
  await writeFile(`bench/results/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
}
