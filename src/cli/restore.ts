import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  isBackup,
  prepareDatabase,
  restoreFromBackup,
  restoreFromFile,
  restoreFromLog,
  type Restored,
  type RestoredBackup,
  type RestoreObserver,
  returnSegments,
} from '../log-archive/index.js';
import { withDatabase } from './database.js';
import { countOf, MEGABYTES, Progress } from './progress.js';
import { CliError, runCli, UsageError } from './run-cli.js';
import { verifyAndPrint } from './verify-and-print.js';

const USAGE = `Usage: npm run restore -- FILE
       npm run restore -- --own-log
       npm run restore -- --archive DIR

Makes vendors, products, their prices and search documents anew from the event log, and compares them with it in the
end, as npm run verify does. Projections are built when a server starts. No server may run meanwhile.
It works on the database that the server uses: DATABASE_URL, or the embedded one in DATA_DIR, and makes its tables.

  FILE         from a file of npm run backup or npm run export-log, into an empty database; --from FILE is the same
  --own-log    from the log in the database itself, whose vendors and products are lost or wrong: they are replaced
  --archive DIR
               puts segments that npm run log -- drop has deleted back from an archive; a server may run meanwhile
  --help       this text
`;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      'own-log': { type: 'boolean' },
      archive: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { 'own-log': ownLog = false, archive } = values;
  const files = [...(values.from === undefined ? [] : [values.from]), ...positionals];
  if (files.length + (archive === undefined ? 0 : 1) + (ownLog ? 1 : 0) !== 1) {
    throw new UsageError('Say what to restore from: one FILE, --own-log or --archive DIR');
  }
  if (archive !== undefined) {
    const { segments, first } = await withDatabase('restore', (client) => returnSegments(client, archive));
    const back = segments === 1 ? '1 segment is' : `${segments} segments are`;
    process.stdout.write(`${back} back; the log begins at position ${first}\n`);
    return;
  }
  const [from] = files;
  const size = from === undefined ? 0 : await sizeOf(from);
  const isClean = await withDatabase(
    'restore',
    async (client) => {
      const bars = new Bars(from ?? 'log', size);
      if (from !== undefined && (await isBackup(from))) {
        printBackup(await restoreFromBackup(client, from, bars));
      } else {
        print(await (from === undefined ? restoreFromLog(client, bars) : restoreFromFile(client, from, bars)));
      }
      bars.end();
      return verifyAndPrint(client);
    },
    prepareDatabase,
  );
  if (!isClean) process.exitCode = 1;
}

/** Looked at before a database is started for the purpose. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new CliError(`restore: ${(error as Error).message}`);
  }
}

/** A bar for each part of the work. */
class Bars implements RestoreObserver {
  private bar: Progress | undefined;
  private part = '';

  constructor(
    private readonly file: string,
    private readonly size: number,
  ) {}

  readonly onRead = (bytes: number): void => this.barOf(this.file, this.size, MEGABYTES).sent(bytes);

  readonly onRebuilt = (what: string, rows: number, of: number): void => this.barOf(what, of, countOf(what)).sent(rows);

  end(): void {
    this.bar?.stop('done');
  }

  private barOf(part: string, of: number, unit: typeof MEGABYTES): Progress {
    if (this.bar && this.part === part) return this.bar;
    this.end();
    this.part = part;
    this.bar = new Progress(process.stderr, part, of, unit);
    return this.bar;
  }
}

function print({ events, segments, vendors, products, prices }: Restored): void {
  const made = `${vendors} vendors, ${products} products and ${prices} prices of market days`;
  process.stdout.write(`${made}, from ${events} events, ${segments} segments of them sealed\n`);
}

function printBackup({ head, tables, rows }: RestoredBackup): void {
  const from = `of ${head.takenAt}, up to position ${head.position} of epoch ${head.epoch}`;
  process.stdout.write(`${rows} rows in ${tables} tables, ${from}; a new epoch begins\n`);
}

await runCli(USAGE, () => main(process.argv.slice(2)));
process.exit();
