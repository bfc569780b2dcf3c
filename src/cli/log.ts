import { parseArgs } from 'node:util';
import type pg from 'pg';
import { withDatabase } from './database.js';
import { removeNames } from './remove-names.js';
import { runCli, UsageError } from './run-cli.js';

const USAGE = `Usage: npm run log -- status
       npm run log -- remove-names VENDOR

Says how large the event log is, or takes former names of a vendor out of it.
It works on the database that the server uses: DATABASE_URL, or the embedded one in DATA_DIR, whether it runs or not.

  status               events, what they take in the table, and what is sealed
  remove-names VENDOR  gives all events of the vendor the names that it has now; rename it first
                       (PATCH /api/vendors/ID), and rebuild the histories afterwards
                       (npm run rebuild -- product-history).
                       Seals stay true. Stored answers of requests with an Idempotency-Key have the names for a day more
  --help               this text
`;

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
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [command, ...more] = positionals;
  if (command === 'status' && more.length === 0) return inDatabase(status);
  if (command === 'remove-names' && more.length === 1) return inDatabase((client) => withoutNames(client, more[0]!));
  throw new UsageError('Say what to do: status, or remove-names and a vendor');
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
    `sealed    ${sealed.segments} segments up to position ${sealed.last}, ${size(sealed.bytes, sealed.last)}`,
    `newest    ${sealed.hash}`,
  ];
}

function size(bytes: number, events: number): string {
  const each = events === 0 ? '' : `, ${Math.round(bytes / events)} bytes an event`;
  return `${(bytes / 1e6).toFixed(1)} MB${each}`;
}

async function withoutNames(client: pg.Client, vendorId: string): Promise<string[]> {
  return [
    `${await removeNames(client, vendorId)} events of ${vendorId} have no other names than those of today`,
    'Histories have former names until they are rebuilt: npm run rebuild -- product-history',
  ];
}

await runCli(USAGE, () => main(process.argv.slice(2)));
process.exit();
