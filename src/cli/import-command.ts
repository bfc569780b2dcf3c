import { type FileHandle, open } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { HttpError, parseServer, type Server, URL_USAGE } from './http-client.js';
import { filesOf, STANDARD_INPUT } from './import-files.js';
import { countsOf, type FileResult, reportLines } from './import-summary.js';
import { withToken } from './local-token.js';
import { Progress } from './progress.js';
import { CliError, UsageError } from './run-cli.js';
import { upload } from './upload.js';

export const IMPORT_USAGE = `Usage: npm run import -- FILE... [--state STATE] [--day DAY] [--dry-run] [--strict] [--url URL] [--token TOKEN]

Sends price files of any layout in docs/price-files.md to a running server, one after the other, and prints what they
changed. In which order, and how often, makes no difference. The exit status is 1 if a file could not be read, was
refused, or had more than half of its rows refused.

  FILE           a file; a directory, for all .csv, .tsv, .txt and .json files in it and below; a pattern such as
                 '2023/**/*.csv'; or - for standard input
  --state STATE  the state of files that don't name one
  --day DAY      yyyy-mm-dd, the market day of reports in JSON that don't name one
  --dry-run      shows what would change, and changes nothing
  --strict       exit status 1 for a single refused row, too; all other rows are imported nevertheless
  --url URL      ${URL_USAGE}
  --token TOKEN  an admin token, as npm run token makes them; not needed beside a server of this folder
  --help         this text
`;

export async function importCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      state: { type: 'string' },
      day: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      url: { type: 'string' },
      token: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(IMPORT_USAGE);
    return;
  }
  if (positionals.length === 0) throw new UsageError('Name at least one FILE to import');
  const server = await withToken(parseServer(values));
  const files = await filesOf(positionals);
  const query = new URLSearchParams({
    ...(values.state === undefined ? {} : { state: values.state }),
    ...(values.day === undefined ? {} : { day: values.day }),
    ...(values['dry-run'] ? { dryRun: 'true' } : {}),
  });

  const results: FileResult[] = [];
  try {
    for (const file of files) results.push(await importFile(server, file, query));
  } finally {
    const title = values['dry-run'] ? dryRunTitle(files.length) : [];
    const lines = results.length > 0 ? [...title, ...reportLines(results)] : [];
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  }
  const faults = results.flatMap((result) => faultOf(result, values.strict) ?? []);
  if (faults.length > 0) throw new CliError(faults.join('\n'));
}

function dryRunTitle(files: number): string[] {
  const apart = files > 1 ? ', each file as if it were the only one' : '';
  return [`Dry run: this would have happened${apart}. Nothing has been changed.`];
}

/** @throws CliError if no other file would fare better: the server can't be reached, or refuses the token */
async function importFile(server: Server, file: string, query: URLSearchParams): Promise<FileResult> {
  const name = file === STANDARD_INPUT ? 'standard input' : file;
  let progress: Progress | undefined;
  try {
    const { source, size } = await openFile(file);
    progress = new Progress(process.stderr, name, size);
    const path = `/api/imports/agmarknet${query.size > 0 ? `?${query.toString()}` : ''}`;
    const answer = await upload(server, path, 'text/csv; charset=utf-8', source, progress);
    const counts = countsOf(answer);
    progress.stop(`${counts.rows.toLocaleString('en-IN')} rows of ${String(counts.layout)}`);
    return { name, answer: counts };
  } catch (error) {
    const failed = failureOf(name, error);
    progress?.stop('failed');
    if (failed === undefined) throw error;
    return failed;
  }
}

/** Undefined if it isn't the file's fault. */
function failureOf(name: string, error: unknown): FileResult | undefined {
  if (isSystemError(error)) {
    return { name, failure: `cannot be read: ${error.code === 'ENOENT' ? 'file not found' : error.message}` };
  }
  if (!(error instanceof HttpError) || error.status === 401 || error.status === 403) return undefined;
  const rows = error.problem.rejections === undefined ? {} : { answer: countsOf(error.problem) };
  return { name, failure: error.message, ...rows };
}

/** Why the command fails because of the file, if it does. */
function faultOf({ name, answer, failure }: FileResult, strict: boolean): string | undefined {
  if (failure !== undefined || answer === undefined) return `${name}: ${failure}`;
  const { rows, rejected } = answer;
  const of = `${rejected.toLocaleString('en-IN')} of ${rows.toLocaleString('en-IN')} rows were refused`;
  return rejected * 2 > rows || (strict && rejected > 0) ? `${name}: ${of}` : undefined;
}

async function openFile(file: string): Promise<{ source: Readable; size: number | undefined }> {
  if (file === STANDARD_INPUT) return { source: process.stdin, size: undefined };
  const handle: FileHandle = await open(file);
  const stat = await handle.stat();
  return { source: handle.createReadStream(), size: stat.isFile() ? stat.size : undefined };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
