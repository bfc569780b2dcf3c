import { TIMED_OUT } from './http-client.js';
import type { Instance } from './instance.js';

/** Milliseconds an instance that didn't answer is left alone, as a load balancer would. */
const AVOID_FOR = 2_000;

/** Where clients send their requests. */
export class Targets {
  private readonly avoided = new Map<Instance, number>();

  constructor(private readonly known: () => readonly Instance[]) {}

  /** Any that has answered lately; if none has, any. `undefined`: none runs. */
  next(): Instance | undefined {
    const all = this.known();
    const now = performance.now();
    const good = all.filter((instance) => (this.avoided.get(instance) ?? 0) < now);
    const from = good.length > 0 ? good : all;
    return from[Math.floor(Math.random() * from.length)];
  }

  failed(instance: Instance, code: string): void {
    if (code === TIMED_OUT) this.avoided.set(instance, performance.now() + AVOID_FOR);
  }
}
