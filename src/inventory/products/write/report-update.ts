import { newEventId } from '../../../events/index.js';
import { isExactPrice } from '../../../validation/index.js';
import type { ProductWrite, Report } from './product-command.js';

export interface ReportUpdate {
  /** Which of the batch's writes it is. */
  index: number;
  write: ProductWrite & { command: Report };
  /** What the event will be called, if it comes to it. */
  eventId: string;
}

/**
 * The first report of each product, if all of the writes are reports that may be taken as they are; else nothing, since
 * among others the order could matter.
 *
 * @param marketDay of later days not all are taken, which `decide` knows
 */
export function reportUpdates(writes: readonly ProductWrite[], marketDay: string): ReportUpdate[] | undefined {
  const updates: ReportUpdate[] = [];
  const taken = new Set<string>();
  for (const [index, write] of writes.entries()) {
    if (!isPlainReport(write, marketDay)) return undefined;
    const { vendorId, sku } = write.command;
    const key = `${vendorId} ${sku}`;
    if (taken.has(key)) continue;
    taken.add(key);
    updates.push({ index, write, eventId: newEventId() });
  }
  return updates;
}

function isPlainReport(write: ProductWrite, marketDay: string): write is ReportUpdate['write'] {
  const { command, owner } = write;
  if (command.kind !== 'report' || owner !== undefined || command.report.day > marketDay) return false;
  const { min, max, modal } = command.report;
  // A finer price is stored rounded, and its event must be of what is stored.
  return [min, max, modal].every((price) => price === null || isExactPrice(price));
}
