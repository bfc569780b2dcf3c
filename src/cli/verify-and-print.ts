import type pg from 'pg';
import { BrokenSegmentError, NoFoldingBaseError } from '../log-archive/index.js';
import { all, isClean, type VerifyReport, verifyLog } from './verify-log.js';
import { type SealReport, verifySeals } from './verify-seals.js';

/** Class of SQLSTATE. */
const DATA_EXCEPTION = '22';

/**
 * Compares all with the log, and prints what was found.
 *
 * @param beside connections for what can be done at the same time: projections, and seals
 * @returns whether nothing differs
 */
export async function verifyAndPrint(
  client: pg.Client,
  full = false,
  beside: (pg.Client | undefined)[] = [],
): Promise<boolean> {
  const [forProjections, forSeals] = beside;
  const sealsBeside = forSeals && verifySeals(forSeals, full);
  const [isFolded, found] = await all([foldAndPrint(client, full, forProjections), sealsBeside]);
  const seals = found ?? (await verifySeals(client, full));
  printSeals(seals);
  const clean = isFolded && seals.broken.length === 0;
  process.stdout.write(clean ? 'clean\n' : 'NOT CLEAN\n');
  return clean;
}

async function foldAndPrint(client: pg.Client, full: boolean, beside?: pg.Client): Promise<boolean> {
  try {
    const report = await verifyLog(client, full, beside);
    print(report);
    return isClean(report);
  } catch (error) {
    const isOfLog = error instanceof BrokenSegmentError || error instanceof NoFoldingBaseError || isDataFault(error);
    if (!isOfLog) throw error;
    process.stdout.write(`the log can’t be folded: ${error.message}\n`);
    return false;
  }
}

/** An event was changed to what is no time, number or text any more; the seals name it. */
function isDataFault(error: unknown): error is Error {
  const { code } = error as { code?: unknown };
  return error instanceof Error && typeof code === 'string' && code.startsWith(DATA_EXCEPTION);
}

function print(report: VerifyReport): void {
  const lines = [
    `events             ${report.events} with positions, ${report.pending} waiting for one`,
    ...folded(report),
    `products           ${report.products}`,
    `vendors            ${report.vendors}`,
    `missing positions  ${report.holes}`,
    `version breaks     ${report.versionBreaks.length}`,
    `differences        ${report.differences.length}`,
    `miscounted vendors ${report.miscounts.length}`,
    ...[...report.versionBreaks, ...report.differences].map(({ id, what }) => `  ${id}: ${what}`),
    ...report.projections.map(({ name, position, differences }) => {
      const rows = differences.reduce((sum, one) => sum + one.rows, 0);
      return `projection         ${name} at position ${position}: ${rows} rows differ`;
    }),
    ...report.projections.flatMap(({ differences }) =>
      differences.map(({ table, example }) => `  ${table}: ${example}`),
    ),
    ...report.miscounts.map(({ vendorId, what }) => `  ${vendorId}: ${what}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function folded({ base: { position, isSnapshot, droppedUpTo } }: VerifyReport): string[] {
  if (!isSnapshot) return [];
  const all = droppedUpTo === 0 ? 'with --full' : 'when the archive is put back';
  return [`folded from        position ${position}, as the history has it; from the first, and projections, ${all}`];
}

function printSeals({ segments, sealedUpTo, notedUpTo, broken }: SealReport): void {
  const sealed = segments === 0 ? 'no segment yet' : `${segments} segments, up to position ${sealedUpTo}`;
  const lines = [`sealed             ${sealed}; noted up to ${notedUpTo}`, `broken seals       ${broken.length}`];
  process.stdout.write(`${[...lines, ...broken.map(({ id, what }) => `  ${id}: ${what}`)].join('\n')}\n`);
}
