import { audit, type AuditOptions } from './audit.js';
import type { Journal } from './journal.js';
import { Load, type LoadOptions } from './load.js';
import type { System } from './system.js';

export type Scenario = LoadOptions & AuditOptions;

export interface Outcome {
  violations: string[];
  journal: Journal;
}

/**
 * Has `fault` happen while clients work, lets them go on for a while, heals everything and audits what they were told.
 */
export async function underLoad(
  system: System,
  scenario: Scenario,
  fault: (load: Load) => Promise<void>,
): Promise<Outcome> {
  const load = await Load.start(system, scenario);
  try {
    await fault(load);
    await load.progress();
    await load.stop();
    return { violations: await audit(system, load, scenario), journal: load.journal };
  } finally {
    load.close();
  }
}
