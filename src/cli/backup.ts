import { backUp } from '../log-archive/index.js';
import { withDatabase } from './database.js';
import { fileOf, runCli } from './run-cli.js';

const USAGE = `Usage: npm run backup -- FILE

Copies all that the database has of the product into a new file, as of one moment, while servers go on: compressed,
with a checksum. npm run restore makes a database of it.
It reads the database that the server uses: DATABASE_URL, or the embedded one in DATA_DIR, whether it runs or not.

  --help  this text
`;

/** Bytes between two lines on a terminal. */
const TELL_EVERY = 50 * 1024 * 1024;

async function main(args: string[]): Promise<void> {
  const file = fileOf(args, USAGE);
  if (file === undefined) return;
  await withDatabase('backup', async (client) => {
    let told = 0;
    const { tables, rows, epoch, position } = await backUp(client, file, (bytes) => {
      if (!process.stderr.isTTY || bytes - told < TELL_EVERY) return;
      told = bytes;
      process.stderr.write(`${file}: ${Math.round(bytes / 1024 / 1024)} MB of rows\n`);
    });
    const what = `${rows} rows of ${tables} tables, up to position ${position} of epoch ${epoch}`;
    process.stdout.write(`${file}: ${what}\n`);
  });
}

await runCli(USAGE, () => main(process.argv.slice(2)));
process.exit();
