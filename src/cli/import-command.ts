import { type FileHandle, open } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { parseServer, URL_USAGE } from './http-client.js';
import { withToken } from './local-token.js';
import { summaryLines } from './import-summary.js';
import { Progress } from './progress.js';
import { CliError, UsageError } from './run-cli.js';
import { upload } from './upload.js';

export const IMPORT_USAGE = `Usage: npm run import -- FILE [--url URL] [--token TOKEN]

Sends an Agmarknet daily price file (CSV) to a running server and prints what it changed.

  FILE           the file, or - for standard input
  --url URL      ${URL_USAGE}
  --token TOKEN  an admin token, as npm run token makes them; not needed beside a server of this folder
  --help         this text
`;

export async function importCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: 'string' }, token: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(IMPORT_USAGE);
    return;
  }
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError('Name one FILE to import');
  const server = await withToken(parseServer(values));

  const { source, size } = file === '-' ? { source: process.stdin, size: undefined } : await openFile(file);
  const progress = new Progress(process.stderr, size);
  let answer: unknown;
  try {
    answer = await upload(server, '/api/imports/agmarknet', 'text/csv; charset=utf-8', source, progress);
  } catch (error) {
    throw isSystemError(error) ? new CliError(`Cannot read ${file}: ${error.message}`) : error;
  } finally {
    progress.stop();
  }
  process.stdout.write(`${summaryLines(answer).join('\n')}\n`);
}

async function openFile(file: string): Promise<{ source: Readable; size: number | undefined }> {
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const reason = error.code === 'ENOENT' ? 'file not found' : error.message;
    throw new CliError(`Cannot read ${file}: ${reason}`);
  }
  const stat = await handle.stat();
  if (stat.isDirectory()) {
    await handle.close();
    throw new CliError(`Cannot read ${file}: it is a directory`);
  }
  return { source: handle.createReadStream(), size: stat.isFile() ? stat.size : undefined };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
