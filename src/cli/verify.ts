import { parseArgs } from 'node:util';
import { withDatabase } from './database.js';
import { runCli } from './run-cli.js';
import { verifyAndPrint } from './verify-and-print.js';

const USAGE = `Usage: npm run verify

Compares products and vendors with the event log, and products with the vendors' counts, makes all projections anew from
the log and compares them, and checks that the log is whole and each event the one that was sealed. Exit
status 1 if anything differs.
It reads the database that the server uses: DATABASE_URL, or the embedded one in DATA_DIR, whether it runs or not.

  --help  this text
`;

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (!(await withDatabase('verify', verifyAndPrint))) process.exitCode = 1;
}

await runCli(USAGE, () => main(process.argv.slice(2)));
process.exit();
