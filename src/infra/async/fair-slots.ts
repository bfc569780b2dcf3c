import { UnavailableError } from '../errors/app-error.js';

interface Bounds {
  /** Works at once, of all owners. */
  most: number;
  /** And of one. */
  ofOne: number;
  /** Milliseconds that a work waits for its slot. */
  within: number;
  /** Works that wait. */
  waiting: number;
}

interface Waiting {
  owner: string;
  begin: () => void;
}

/**
 * Bounds how many works hold something that others need as well, such as a database connection while they wait for a
 * locked row. A work that must wait begins in its turn, but for those whose owner has its share already.
 */
export class FairSlots {
  private readonly byOwner = new Map<string, number>();
  private readonly waiting = new Set<Waiting>();
  private used = 0;

  constructor(
    private readonly bounds: Bounds,
    private readonly refusal: string,
  ) {}

  /**
   * Resolves when there is a slot, with the function that gives it back.
   * @param within milliseconds that the work waits for it
   * @throws UnavailableError if there is none in time, or too many wait
   */
  async take(owner: string, within = this.bounds.within): Promise<() => void> {
    if (!this.isFree(owner)) await this.wait(owner, within);
    else this.count(owner, 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.count(owner, -1);
      this.next();
    };
  }

  /**
   * Does `work` in a slot.
   *
   * @param within as of `take`
   * @throws as `take`, and whatever `work` throws
   */
  async use<Result>(owner: string, work: () => Promise<Result>, within?: number): Promise<Result> {
    const release = await this.take(owner, within);
    try {
      return await work();
    } finally {
      release();
    }
  }

  private isFree(owner: string): boolean {
    return this.used < this.bounds.most && (this.byOwner.get(owner) ?? 0) < this.bounds.ofOne;
  }

  private wait(owner: string, within: number): Promise<void> {
    if (this.waiting.size >= this.bounds.waiting) return Promise.reject(new UnavailableError(this.refusal));
    return new Promise((resolve, reject) => {
      const one: Waiting = {
        owner,
        begin: () => {
          clearTimeout(timer);
          this.waiting.delete(one);
          this.count(owner, 1);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.waiting.delete(one);
        reject(new UnavailableError(this.refusal));
      }, within);
      this.waiting.add(one);
    });
  }

  private next(): void {
    for (const one of this.waiting) {
      if (this.used >= this.bounds.most) return;
      if (this.isFree(one.owner)) one.begin();
    }
  }

  private count(owner: string, change: 1 | -1): void {
    this.used += change;
    const count = (this.byOwner.get(owner) ?? 0) + change;
    if (count > 0) this.byOwner.set(owner, count);
    else this.byOwner.delete(owner);
  }
}
