import { exportLog } from '../log-archive/index.js';
import { withDatabase } from './database.js';
import { countOf, Progress } from './progress.js';
import { fileOf, runCli } from './run-cli.js';

const USAGE = `Usage: npm run export-log -- FILE

Writes the event log to a new file: lines of JSON, compressed with gzip, with their seals and a checksum. npm run restore
makes a database of it. The log is read as of one moment, while the server goes on.
It reads the database that the server uses: DATABASE_URL, or the embedded one in DATA_DIR, whether it runs or not.

  --help  this text
`;

async function main(args: string[]): Promise<void> {
  const file = fileOf(args, USAGE);
  if (file === undefined) return;
  await withDatabase('export-log', async (client) => {
    let progress: Progress | undefined;
    const events = await exportLog(client, file, (done, of) => {
      progress ??= new Progress(process.stderr, file, of, countOf('events'));
      progress.sent(done);
    });
    progress?.stop('exported');
    process.stdout.write(`${file}: ${events} events\n`);
  });
}

await runCli(USAGE, () => main(process.argv.slice(2)));
process.exit();
