import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BENCHES } from './benches/index.js';
import { BenchRun } from './support/bench-run.js';
import { ProfileWindows, summariseProfiles } from './support/profile.js';
import { type Row, writeResult } from './support/report.js';

const USAGE = `Usage: npm run bench -- [NAME …] [--rounds N] [--seconds N] [--data FILE] [--events N] [--profile]
  NAME       ${Object.keys(BENCHES).join(', ')} (default: all)
  --rounds   rounds that count, after one that warms up (5)
  --seconds  of each measurement in a round (4)
  --data     for hit-ratio: an Agmarknet price file; without one a day of prices is generated
  --events   for consume: events of the log that is caught up (200000)
  --profile  prints where the server's processor time goes; makes it slower`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    events: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    profile: { type: 'boolean', default: false },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const events = values.events === undefined ? undefined : Number(values.events);
if (
  !names.every((name) => name in BENCHES) ||
  !(rounds >= 1) ||
  !(seconds > 0) ||
  !(events === undefined || events > 0)
) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

const profileDir = values.profile ? await mkdtemp(join(tmpdir(), 'mandi-profile-')) : undefined;
const profiles = new ProfileWindows();
const run = new BenchRun({ rounds, seconds, data: values.data, events }, profiles);
const table: Row[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void run
      .endBench()
      .then(() => run.end())
      .finally(() => process.exit(1));
  });
}
try {
  for (const name of names) {
    const ownProfiles = profileDir === undefined ? undefined : join(profileDir, name);
    run.options.profileDir = ownProfiles;
    try {
      const result = await BENCHES[name]!(run);
      await run.endBench();
      console.log(name);
      console.table(result.rows);
      table.push(...result.rows);
      // A profiled server is slower than it is.
      if (ownProfiles === undefined)
        await writeResult(name, { rounds, seconds }, { ...result, versions: run.versions });
      else console.log(await summariseProfiles(ownProfiles, profiles));
    } finally {
      await run.endBench();
      profiles.clear();
    }
  }
} finally {
  await run.end();
  if (profileDir !== undefined) await rm(profileDir, { recursive: true });
}
const compared = table.filter((row) => 'met' in row);
const COLUMNS = ['bench', 'unit', 'ours', 'ceiling', 'ratio', 'spread', 'reach', 'met'];
if (names.length > 1 && compared.length > 0) console.table(compared, COLUMNS);
