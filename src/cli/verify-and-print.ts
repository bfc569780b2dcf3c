import type pg from 'pg';
import { isClean, type VerifyReport, verifyLog } from './verify-log.js';
import { type SealReport, verifySeals } from './verify-seals.js';

/**
 * Compares all with the log, and prints what was found.
 *
 * @returns whether nothing differs
 */
export async function verifyAndPrint(client: pg.Client): Promise<boolean> {
  const report = await verifyLog(client);
  print(report);
  const seals = await verifySeals(client);
  printSeals(seals);
  const clean = isClean(report) && seals.broken.length === 0;
  process.stdout.write(clean ? 'clean\n' : 'NOT CLEAN\n');
  return clean;
}

function print(report: VerifyReport): void {
  const lines = [
    `events             ${report.events} with positions, ${report.pending} waiting for one`,
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

function printSeals({ segments, sealedUpTo, notedUpTo, broken }: SealReport): void {
  const sealed = segments === 0 ? 'no segment yet' : `${segments} segments, up to position ${sealedUpTo}`;
  const lines = [`sealed             ${sealed}; noted up to ${notedUpTo}`, `broken seals       ${broken.length}`];
  process.stdout.write(`${[...lines, ...broken.map(({ id, what }) => `  ${id}: ${what}`)].join('\n')}\n`);
}
