import { parseArgs } from 'node:util';
import { ConfigError } from '../config/index.js';

/** Stops a command with one line on stderr and exit code 1. */
export class CliError extends Error {}

/** The command line is wrong: its message, the usage text, exit code 2. */
export class UsageError extends Error {}

/**
 * Runs a command to its exit code; anything but a CliError, a ConfigError or a usage error is a bug and shows its
 * stack.
 */
export async function runCli(usage: string, command: () => Promise<void>): Promise<void> {
  // The reader of a pipe may leave first (`… | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  try {
    await command();
  } catch (error) {
    if (isUsageError(error)) {
      process.stderr.write(`${error.message}\n\n${usage}`);
      process.exitCode = 2;
    } else {
      process.stderr.write(`${describe(error)}\n`);
      process.exitCode = 1;
    }
  }
}

/**
 * The one file that a command is about, which has no option but `--help`; undefined if it has printed its usage.
 *
 * @throws UsageError
 */
export function fileOf(args: string[], usage: string): string | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(usage);
    return undefined;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('Name one file');
  return file;
}

function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  // What parseArgs of node:util throws.
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
}

function describe(error: unknown): string {
  if (error instanceof CliError || error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
