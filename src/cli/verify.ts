import { parseArgs } from 'node:util';
import type pg from 'pg';
import { withDatabase } from './database.js';
import { runCli } from './run-cli.js';
import { verifyAndPrint } from './verify-and-print.js';

const USAGE = `Usage: npm run verify [-- --full]

Compares products and vendors with the event log, and products with the vendors' counts, makes all projections anew from
the log and compares them, and checks that the log is whole and each event the one that was sealed. Exit
status 1 if anything differs.
Of events that have moved to segments, it looks at these and begins from the states that they amount to.
It reads the database that the server uses: DATABASE_URL, or the embedded one in DATA_DIR, whether it runs or not.

  --full  unpacks all segments, and makes everything anew from the first event on
  --help  this text
`;

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { full: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const verified = async (client: pg.Client, connect: () => Promise<pg.Client>): Promise<boolean> => {
    // Where there may be no more connections, one does all.
    const more = (): Promise<pg.Client | undefined> => connect().catch(() => undefined);
    return verifyAndPrint(client, values.full, [await more(), await more()]);
  };
  if (!(await withDatabase('verify', verified))) process.exitCode = 1;
}

await runCli(USAGE, () => main(process.argv.slice(2)));
process.exit();
