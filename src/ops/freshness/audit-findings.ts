import type { Clock } from '../../infra/index.js';

/** Milliseconds for which `/health` speaks of a fault. */
const REMEMBERED_FOR = 600_000;

/** What an auditor has to say in `/health`. */
export interface AuditReport {
  isStale: boolean;
  detail: string;
}

/** What an auditor has looked at, and the last fault that it found. */
export class AuditFindings {
  private faultAt: number | undefined;
  private done = 0;

  /**
   * @param fault what was wrong, with its time behind it
   * @param rest what was looked at, with its number before it
   */
  constructor(
    private readonly clock: Clock,
    private readonly fault: string,
    private readonly rest: string,
  ) {}

  looked(): void {
    this.done += 1;
  }

  failed(): void {
    this.faultAt = this.clock.now();
  }

  /** Undefined if there is nothing to say. */
  get report(): AuditReport | undefined {
    const { faultAt } = this;
    if (faultAt !== undefined && !this.clock.hasPassed(REMEMBERED_FOR, faultAt)) {
      return { isStale: true, detail: `${this.fault}, at ${new Date(faultAt).toISOString()}` };
    }
    return this.done === 0 ? undefined : { isStale: false, detail: `${this.done} ${this.rest}` };
  }
}
