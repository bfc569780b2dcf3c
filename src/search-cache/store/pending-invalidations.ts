import { GENERAL_SCOPE } from '../scopes/scope-names.js';

/** Invalidations remembered while the store is away; beyond it everything is invalidated instead. */
const OWED_LIMIT = 10_000;

/**
 * Invalidations that couldn't be made when their change was committed. They are paid one payment at a time, so a store
 * that hangs doesn't collect them.
 */
export class PendingInvalidations {
  private scopes = new Set<string>();
  private current: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly invalidate: (scopes: readonly string[]) => Promise<void>) {}

  /** Whether there is anything to wait for. */
  get any(): boolean {
    return this.scopes.size > 0 || this.current !== undefined;
  }

  add(scopes: Iterable<string>): void {
    for (const scope of scopes) this.scopes.add(scope);
    if (this.scopes.size > OWED_LIMIT) this.scopes = new Set([GENERAL_SCOPE]);
  }

  /**
   * Pays all that is owed by now; what can't be paid stays owed, and the promise rejects. A payment that is under way
   * doesn't do: it may have been made before the latest change. Who comes meanwhile shares the one after it.
   */
  flush(): Promise<void> {
    if (!this.current) return this.start();
    this.next ??= this.current
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.start();
      });
    return this.next;
  }

  private start(): Promise<void> {
    const scopes = this.scopes;
    // Not emptied after the payment: a scope that comes to be owed once more meanwhile would be forgotten with it.
    this.scopes = new Set();
    this.current = this.invalidate([...scopes])
      .catch((error: unknown) => {
        this.add(scopes);
        throw error;
      })
      .finally(() => (this.current = undefined));
    return this.current;
  }
}
