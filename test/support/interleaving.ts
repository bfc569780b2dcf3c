import { setImmediate as turn } from 'node:timers/promises';

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) % 1_000_003) % below;
  };
}

/** Runs actors one step at a time, in an order that chance decides; one seed is one order. */
export class Interleaving {
  private waiting: (() => void)[] = [];
  private working = 0;
  private readonly failures: unknown[] = [];

  constructor(readonly random: (below: number) => number) {}

  /** Lets others go first, for as long as chance has it. */
  step(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Work outside of this process, which nobody's step may overtake. */
  async outside<Result>(work: () => Promise<Result>): Promise<Result> {
    this.working += 1;
    try {
      return await work();
    } finally {
      this.working -= 1;
    }
  }

  start(actor: () => Promise<void>): void {
    this.step()
      .then(actor)
      .catch((error: unknown) => this.failures.push(error));
  }

  /** Throws the first failure of an actor. */
  async run(): Promise<void> {
    for (;;) {
      do await turn();
      while (this.working > 0);
      if (this.failures.length > 0) throw this.failures[0];
      if (this.waiting.length === 0) return;
      this.waiting.splice(this.choose(), 1)[0]!();
    }
  }

  /** Mostly anyone; now and then the newest again and again, so that others fall far behind. */
  private choose(): number {
    return this.random(3) === 0 ? this.waiting.length - 1 : this.random(this.waiting.length);
  }
}
