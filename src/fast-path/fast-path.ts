import type { LoggerService } from '@nestjs/common';
import { changedHeads } from './checks/changed-heads.js';
import { changedEngine } from './checks/changed-engine.js';
import { changedVersions, type Pins, PINS } from './checks/package-versions.js';

/** The parts of the wing; what each goes around is in its README.md. */
export const PARTS = ['requests', 'heads', 'frames', 'messages'] as const;
export type Part = (typeof PARTS)[number];

/** Looks at what a part relies on. Resolves with what has changed, a few words each. */
export type Check = () => string[] | Promise<string[]>;

export const CHECKS: Record<Part, Check> = {
  requests: () => [],
  heads: () => changedHeads(),
  frames: async () => [...changedIn(PINS.frames), ...(await changedEngine())],
  messages: () => changedIn(PINS.messages),
};

const changedIn = (pins: Pins): string[] => changedVersions(pins);

/** Which parts are open. Where one is not, the library does it in its own way, slower and with the same outcome. */
export class FastPath {
  constructor(private readonly open: ReadonlySet<Part>) {}

  has(part: Part): boolean {
    return this.open.has(part);
  }

  /** All that were checked and found unchanged; one warning names the others. None if the wing is turned off. */
  static async check(
    on: boolean,
    logger: Pick<LoggerService, 'warn'>,
    checks: Record<Part, Check> = CHECKS,
  ): Promise<FastPath> {
    const open = new Set<Part>();
    if (!on) return new FastPath(open);
    const complaints: string[] = [];
    for (const part of PARTS) {
      const changed = await changedBy(checks[part]);
      if (changed.length === 0) open.add(part);
      else complaints.push(`${part} (${changed.join(', ')})`);
    }
    if (complaints.length > 0) {
      logger.warn(`Slower than it could be: the libraries under the fast path have changed: ${complaints.join('; ')}`);
    }
    return new FastPath(open);
  }
}

/** What is so different that the check itself fails has changed as well. */
async function changedBy(check: Check): Promise<string[]> {
  try {
    return await check();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
