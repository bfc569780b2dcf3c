import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import {
  archiveSegments,
  compactTable,
  droppable,
  dropSegments,
  type SealOutcome,
  sealSegments,
} from '../log-archive/index.js';
import { withDatabase } from './database.js';
import { removeNames } from './remove-names.js';
import { CliError, runCli, UsageError } from './run-cli.js';

const USAGE = `Usage: npm run log -- status
       npm run log -- seal
       npm run log -- compact
       npm run log -- archive --to DIR
       npm run log -- drop --before POSITION [--archive DIR] [--yes]
       npm run log -- remove-names VENDOR

Says how large the event log is, seals it, gives room in its table back, writes sealed segments to files, drops those
that have files, or takes former names of a vendor out of the log.
It works on the database that the server uses: DATABASE_URL, or the embedded one in DATA_DIR, whether it runs or not.

  status               events, what they take in the table, and what is sealed
  seal                 seals at once what a server would when writers leave it time: every 10,000 positions. Says
                       how far the log is sealed, and why not further
  compact              gives the room of events that have left the table (LOG_RETENTION) back to the system, while
                       servers read and write: after the first time, for a long log
  archive --to DIR     writes a file of each sealed segment to a folder, unless it has it. A file has the epoch, the
                       positions and the hash of its segment, whose events are behind them, in Brotli
  drop --before POSITION
                       deletes the segments that end before the position, if their events have left the table
                       (LOG_RETENTION) and the archive has whole files of them: what asks for these events is answered
                       410 from then on, and verify can't go back behind them. It asks before it does so.
                       npm run restore -- --archive DIR puts them back
  --archive DIR        the archive to look into; by default where each segment was archived last
  --yes                don't ask
  remove-names VENDOR  gives all events of the vendor the names that it has now; rename it first
                       (PATCH /api/vendors/ID), and rebuild the histories afterwards
                       (npm run rebuild -- product-history).
                       Seals stay true. Stored answers of requests with an Idempotency-Key have the names for a day more
  --help               this text
`;

/** Of the size before, above which `compact` has gained next to nothing. */
const HARDLY_LESS = 0.95;

const STATUS = `
  SELECT count(position)::float8 AS events, max(position)::float8 AS last,
         pg_total_relation_size('inventory_events')::float8 AS bytes,
         (SELECT moved_up_to FROM event_log)::float8 AS moved, (SELECT dropped_up_to FROM event_log)::float8 AS dropped
  FROM inventory_events`;

/** Retention waits for the slowest of them. */
const SLOWEST = 'SELECT consumer, position::float8 FROM consumer_partitions ORDER BY position LIMIT 1';

const SEALED = `
  SELECT count(*)::float8 AS segments, max(last)::float8 AS last, pg_total_relation_size('log_segments')::float8 AS bytes,
         (SELECT encode(hash, 'hex') FROM log_segments ORDER BY first DESC LIMIT 1) AS hash
  FROM log_segments`;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      before: { type: 'string' },
      archive: { type: 'string' },
      yes: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [command, ...more] = positionals;
  if (command === 'status' && more.length === 0) return inDatabase(status);
  if (command === 'seal' && more.length === 0) return inDatabase(seal);
  if (command === 'compact' && more.length === 0) return inDatabase(compact);
  if (command === 'archive' && more.length === 0) {
    const { to } = values;
    if (to === undefined) throw new UsageError('Say where to: --to DIR');
    return inDatabase((client) => archive(client, to));
  }
  if (command === 'drop' && more.length === 0) {
    const { before = '' } = values;
    if (!/^[1-9]\d{0,14}$/.test(before)) throw new UsageError('Say up to where: --before POSITION');
    return inDatabase((client) => drop(client, Number(before), values));
  }
  if (command === 'remove-names' && more.length === 1) return inDatabase((client) => withoutNames(client, more[0]!));
  throw new UsageError('Say what to do: status, seal, compact, archive, drop, or remove-names and a vendor');
}

async function inDatabase(work: (client: pg.Client) => Promise<string[]>): Promise<void> {
  process.stdout.write(`${(await withDatabase('log', work)).join('\n')}\n`);
}

async function status(client: pg.Client): Promise<string[]> {
  const { events, last, bytes, moved, dropped } = (await client.query<Record<string, number>>(STATUS)).rows[0]!;
  const sealed = (await client.query<{ segments: number; last: number; bytes: number; hash: string }>(SEALED)).rows[0]!;
  const lines = [
    `events    positions ${dropped! + 1} to ${last ?? 0}`,
    `in table  ${events}, ${size(bytes!, events!)}`,
  ];
  if (moved! > 0) lines.push(`moved     up to position ${moved}: these are read from segments`);
  const slowest = (await client.query<{ consumer: string; position: number }>(SLOWEST)).rows[0];
  if (slowest) lines.push(`consumers all have passed position ${slowest.position}, the slowest is ${slowest.consumer}`);
  if (sealed.segments === 0) return [...lines, 'sealed    nothing yet'];
  return [
    ...lines,
    `sealed    ${counted(sealed.segments)} up to position ${sealed.last}, ${size(sealed.bytes, sealed.last)}`,
    `newest    ${sealed.hash}`,
  ];
}

async function seal(client: pg.Client): Promise<string[]> {
  const outcome = await sealSegments(client, ({ first, last, size, packed }) => {
    process.stdout.write(`Sealed positions ${first} to ${last}: ${packed} bytes for ${size}\n`);
  });
  if (outcome.obstacle !== undefined || isOutrun(outcome)) process.exitCode = 1;
  return sealedLines(outcome);
}

/** A whole segment is left, though nothing is wrong with its events. */
const isOutrun = ({ head, last, positions, obstacle }: SealOutcome): boolean =>
  obstacle === undefined && head - last >= positions;

function sealedLines(outcome: SealOutcome): string[] {
  const { segments, last, head, positions, pending, obstacle } = outcome;
  const upTo = last === 0 ? 'the log has no seal yet' : `the log is sealed up to position ${last}`;
  const lines = [`${segments === 0 ? 'Nothing was sealed' : `${counted(segments)} more`}; ${upTo}`];
  if (obstacle !== undefined) lines.push(obstacle, 'npm run verify names all that differs');
  else if (isOutrun(outcome)) {
    lines.push(
      `It ends at position ${head}: positions ${last + 1} to ${last + positions} could not be sealed`,
      'Another process seals or removes names at the same time, or the history has become another one: run it again',
    );
  } else if (head === last) lines.push('That is all of it');
  else lines.push(`It ends at position ${head}: the next segment is made at position ${last + positions}`);
  if (pending > 0) lines.push(`${pending} events more have no position yet: a server that runs gives them theirs`);
  return lines;
}

async function compact(client: pg.Client): Promise<string[]> {
  const { before, after, moved, left } = await compactTable(client);
  const lines = [`The table takes ${megabytes(after)}; before, ${megabytes(before)}. Rows were moved ${moved} times`];
  if (moved > 0 && after > before * HARDLY_LESS) {
    lines.push('Hardly less: an older transaction may have kept the rows, or others the table; run it again later');
  }
  if (left.length > 0) {
    lines.push('Left by a run that was cut off, and in use by nothing; a superuser may drop them:');
    lines.push(...left.map((name) => `  DROP INDEX ${name}`));
  }
  return lines;
}

async function archive(client: pg.Client, to: string): Promise<string[]> {
  const { written, last } = await archiveSegments(client, to);
  return [`${to} has all that is sealed, up to position ${last}; ${written} files are new`];
}

interface DropOptions {
  archive?: string;
  yes?: boolean;
}

async function drop(
  client: pg.Client,
  before: number,
  { archive: folder, yes = false }: DropOptions,
): Promise<string[]> {
  const { segments, last } = await droppable(client, before, folder);
  if (segments === 0) return ['There is no segment that ends before it'];
  const what = `${counted(segments)}, up to position ${last}`;
  if (!yes && !(await confirmed(`Drop ${what}? Whoever asks for these events will be refused. [yes/no] `))) {
    throw new CliError('Nothing was dropped');
  }
  await dropSegments(client, last);
  return [`Dropped ${what}; the log begins at position ${last + 1}`];
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new CliError('drop: say --yes if there is no terminal to ask on');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim().toLowerCase() === 'yes';
  } finally {
    terminal.close();
  }
}

const counted = (segments: number): string => `${segments} segment${segments === 1 ? '' : 's'}`;

function size(bytes: number, events: number): string {
  const each = events === 0 ? '' : `, ${Math.round(bytes / events)} bytes an event`;
  return `${megabytes(bytes)}${each}`;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

async function withoutNames(client: pg.Client, vendorId: string): Promise<string[]> {
  return [
    `${await removeNames(client, vendorId)} events of ${vendorId} have no other names than those of today`,
    'Histories have former names until they are rebuilt: npm run rebuild -- product-history',
  ];
}

await runCli(USAGE, () => main(process.argv.slice(2)));
process.exit();
